"""Who among the notifications hears of what, after the service's own listeners. May import every room."""

from service.happenings import Table

LISTENERS: Table = {}

"""Who among the notifications hears of what, after the service's own listeners. May import every room."""

from notifications import personal_data
from service.happenings import Table

LISTENERS: Table = {}

TABLES = personal_data.TABLES
"""Every table of the notifications with people in it."""

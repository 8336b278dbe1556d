"""The pages of volunteers about themselves: phone first, one column, whole without JavaScript."""

from web.volunteer import going

BLUEPRINTS = (going.pages,)

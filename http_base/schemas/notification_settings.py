"""What a person wants to be told by push, as phones and forms send it."""

from http_base.fields import Strict, TimeOfDay, YesNo, whole

MOST_PUSHES_A_DAY = 100


class SettingsChange(Strict):
    changes = YesNo()
    reminders = YesNo()
    announcements = YesNo()
    nearby = YesNo()
    recognition = YesNo()
    quiet_from = TimeOfDay()
    quiet_to = TimeOfDay()
    daily_cap = whole(0, MOST_PUSHES_A_DAY)

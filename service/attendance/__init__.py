"""The phones' word: check-ins judged, compared, derived into attendances."""

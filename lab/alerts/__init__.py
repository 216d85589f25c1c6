"""Alerts: what about a machine somebody should know without looking, told once, and told again when it is over.

`limits` says from when on, `sight` gathers what is known, `rules` judge it (pure), `register` remembers in the store what is
open and who is telling it, `words` say it, `teller` sends it through Apprise, and `watch` turns the wheel.
"""

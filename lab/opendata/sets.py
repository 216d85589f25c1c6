"""All data sets by name, and the licence they are given away under."""

from lab.opendata.around import ANSWERS, MACHINES
from lab.opendata.assembly import GOVERNANCE
from lab.opendata.earnings import PAY
from lab.opendata.stretches import EMPTY, OUTAGES
from lab.opendata.trade import DAYS, SALES

SETS = {made.name: made for made in (SALES, DAYS, EMPTY, OUTAGES, PAY, GOVERNANCE, ANSWERS, MACHINES)}

LICENCE = "CC BY 4.0"
LICENCE_URL = "https://creativecommons.org/licenses/by/4.0/"
"""Creative Commons Attribution 4.0: anybody may use the data for anything who says where they come from. It covers database
rights too, is understood by catalogues of open data, and asks for the one thing that those who did the work have wished: to
be named. It is no setting, because data that was given away under a licence cannot be taken back by a line in a file."""
ATTRIBUTION = "Minga, laboratorio de la red de costureras"

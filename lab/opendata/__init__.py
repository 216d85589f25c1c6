"""The lab's open data: what happened at the machines, for anybody, without saying who anybody is.

    form       what a data set is: its columns, its words, its rows
    wanted     which machines and which days somebody asks for
    veil       pseudonyms, small groups, and words that are no longer free
    trade      every vend, every day; stretches: empty slots, outages
    earnings   pay; assembly: turns and decisions; around: answers, machines
    sets       all of them by name, and their licence
    writing    JSON; commas: CSV; workbook: XLSX; parquet: Parquet
    places     the map as GeoJSON; drawing: as a picture
    snapshot   all sets in one SQLite file, with the words for Datasette
    gauges     the machines' figures for Prometheus

Everything is read from the read model (`lab.model`); the facts themselves stay where they are.
"""

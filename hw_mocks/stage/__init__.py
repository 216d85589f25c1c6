"""The stage: the simulated machine as one can see and touch it, on a page of its own. For practice, shows and browser tests.

    start      the page as a process beside the simulated machine
    app        the page's server: the page, the stream, the acts; on this computer only
    bystander  eyes and a hand at the world's control socket, and the machine's public picture
    picture    what they see as one JSON object, fit for drawing
    pieces     the garments without the wall behind them
    papers     the vouchers that lie beside the machine
    screen     whether the visitor's page may stand in the machine's own screen
    wording    its words, Spanish first
    plug       the machine's computer loses its power with the machine

It knows of the machine what a person in front of it knows, and does what a person can do.
"""

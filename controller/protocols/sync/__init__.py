"""What machines and the lab's hub say to each other over MQTT: topics, facts as CloudEvents, and the notes beside them.

Readable traffic first; every message is QoS 1 and `docs/sync.md` tells the whole of it:

    minga/v1/museo-1/status     {"online":true,"boot":12,"at_ms":1795367141123}     retained; the will says false
    minga/v1/museo-1/ev/Sold    {"specversion":"1.0","id":"museo-1-1-17","type":"minga.Sold","sequence":"17",…"hash":"9f…"}
    minga/v1/museo-1/ev/batch   [{…"sequence":"18"…},{…"sequence":"19"…,"hash":"c4…"}]    or as a zlib stream
    minga/v1/museo-1/ack        {"epoch":1,"seq":19,"head":"c4…","refused":[]}       retained, from the hub
    minga/v1/museo-1/replay     {"from_seq":14}                                       from the hub
"""

"""Who may go where on the pages for phones: one row a route, one column a kind of visitor. A new route adds its row here.

`in`: she gets in (what she finds there is for the tests of that room). `door`: she is shown how a phone comes in. `no`: this
is not for her. `pin`: first her PIN. The last two columns have given theirs just now.
"""

WHO = ("visitor", "rosa", "carmen", "diego", "ines", "rosa with her PIN", "carmen with her PIN")
"""Nobody, a maker, the coordinator, the technician, the lab; and two whose PIN is fresh."""
TABLE = """
GET  /                                door in   in   in   in   in   in
GET  /asamblea                        door in   in   no   no   in   in
GET  /asamblea/proponer               door pin  pin  no   no   in   in
GET  /asamblea/proponer/{kind}        door pin  pin  no   no   in   in
POST /asamblea/proponer/{kind}        door pin  pin  no   no   in   in
GET  /asamblea/{number:int}           door in   in   no   no   in   in
GET  /asamblea/{number:int}/acta.pdf  door in   in   no   no   in   in
GET  /asamblea/{number:int}/cumplir   door no   pin  no   no   no   in
POST /asamblea/{number:int}/cumplir   door no   pin  no   no   no   in
GET  /asamblea/{number:int}/pagar     door no   pin  no   no   no   in
POST /asamblea/{number:int}/pagar     door no   pin  no   no   no   in
POST /asamblea/{number:int}/retirar   door in   in   no   no   in   in
POST /asamblea/{number:int}/voto      door in   in   no   no   in   in
GET  /caja                            door no   pin  no   no   no   in
POST /caja/contar                     door no   pin  no   no   no   in
GET  /cierre                          door no   pin  no   no   no   in
POST /cierre                          door no   pin  no   no   no   in
GET  /cierre/{label}                  door no   pin  no   no   no   in
GET  /clave                           door in   in   in   in   in   in
POST /clave                           door in   in   in   in   in   in
GET  /contar                          door in   in   no   no   in   in
GET  /conteo/{count_id}               door pin  pin  pin  no   in   in
POST /conteo/{count_id}               door pin  pin  pin  no   in   in
POST /conteo/{count_id}/anotar        door pin  pin  pin  no   in   in
POST /conteo/{count_id}/dejar         door pin  pin  pin  no   in   in
POST /conteo/{count_id}/unirse        door pin  pin  pin  no   in   in
GET  /de/{called}                     in   in   in   in   in   in   in
POST /deshacer                        door in   in   no   no   in   in
GET  /e/{code}                        in   in   in   in   in   in   in
GET  /e/{code}/clave                  in   in   in   in   in   in   in
POST /e/{code}/clave                  in   in   in   in   in   in   in
GET  /e/{code}/mire                   in   in   in   in   in   in   in
POST /e/{code}/quien                  in   in   in   in   in   in   in
GET  /entrar                          in   in   in   in   in   in   in
GET  /espiral/{slot}                  door in   in   no   no   in   in
GET  /gente                           door no   pin  no   no   no   in
POST /gente                           door no   pin  no   no   no   in
GET  /gente/{member}                  door no   pin  no   no   no   in
POST /gente/{member}                  door no   pin  no   no   no   in
POST /gente/{member}/permiso          door no   pin  no   no   no   in
POST /gente/{member}/telefono         door no   pin  no   no   no   in
GET  /gente/{member}/vende            door no   pin  no   no   no   in
POST /gente/{member}/vende            door no   pin  no   no   no   in
GET  /justo/{product}                 door in   no   no   no   in   no
POST /justo/{product}                 door in   no   no   no   in   no
GET  /libros                          door in   in   in   in   in   in
GET  /libros/bajar/{form}             door in   in   in   in   in   in
GET  /libros/cadena                   door in   in   in   in   in   in
GET  /libros/cadena/{first:int}       door in   in   in   in   in   in
GET  /libros/saldos                   door in   in   in   in   in   in
GET  /libros/venta/{number:int}       door in   in   in   in   in   in
GET  /libros/{number:int}             door in   in   in   in   in   in
GET  /liquidacion/{maker}             door in   in   no   no   in   in
GET  /liquidacion/{maker}/{form}         door in   in   no   no   in   in
GET  /liquidaciones                   door in   in   no   no   in   in
GET  /media/{name}                    in   in   in   in   in   in   in
GET  /audio/{name}                    in   in   in   in   in   in   in
GET  /mi-permiso                      door in   no   no   no   in   no
POST /mi-permiso                      door in   no   no   no   in   no
GET  /pagos                           door no   pin  no   no   no   in
GET  /pagos.csv                       door no   pin  no   no   no   in
GET  /pagos.pdf                       door no   pin  no   no   no   in
GET  /pagos/{maker}                   door no   pin  no   no   no   in
POST /pagos/{maker}                   door no   pin  no   no   no   in
GET  /precio/{product}                door in   no   no   no   in   no
POST /precio/{product}                door in   no   no   no   in   no
GET  /prenda/nueva                    door in   no   no   no   in   no
POST /prenda/nueva                    door in   no   no   no   in   no
GET  /prenda/precio                   door in   no   no   no   in   no
POST /prenda/precio                   door in   no   no   no   in   no
GET  /prenda/{product}/foto           door in   no   no   no   in   no
POST /prenda/{product}/foto           door in   no   no   no   in   no
GET  /puesto/{product}                door in   in   no   no   in   in
POST /puesto/{product}                door in   in   no   no   in   in
GET  /puestos                         door in   in   no   no   in   in
GET  /r/{token}                       in   in   in   in   in   in   in
GET  /reclamos                        door no   pin  no   no   no   in
GET  /reclamos/volver/{payment_id:int}  door no   pin  no   no   no   in
POST /reclamos/volver/{payment_id:int}  door no   pin  no   no   no   in
GET  /reclamos/{code}                 door no   pin  no   no   no   in
POST /reclamos/{code}                 door no   pin  no   no   no   in
GET  /reparto                         door no   pin  no   no   no   in
GET  /sueltos/{name}                  door no   pin  no   no   no   in
POST /sueltos/{name}                  door no   pin  no   no   no   in
POST /surtir                          door in   in   no   no   in   in
GET  /taller                          door no   in   in   no   no   in
POST /taller/cayo                     door no   no   in   no   no   no
POST /taller/copia                    door no   no   in   no   no   no
GET  /taller/diagnostico.zip          door no   in   in   no   no   in
POST /taller/laboratorio              door no   no   in   no   no   no
POST /taller/probar                   door no   no   in   no   no   no
POST /taller/ranura                   door no   no   in   no   no   no
GET  /taller/registro                 door no   in   in   no   no   in
GET  /taller/{slot}                   door no   in   in   no   no   in
GET  /turnos                          door in   in   in   no   in   in
POST /turnos/{work}/hecho             door in   in   in   no   in   in
GET  /turnos/{work}/pasar             door in   in   in   no   in   in
POST /turnos/{work}/pasar             door in   in   in   no   in   in
"""
ROWS = {tuple(row.split()[:2]): tuple(row.split()[2:]) for row in TABLE.strip().splitlines() if row.strip()}

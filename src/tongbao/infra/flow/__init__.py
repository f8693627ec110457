"""Flow control: how often somebody may ask, and what is refused when there is too much to do.

Limits count by address, user and client, in classes of routes; every process decides by itself
and agrees with the others through the database behind the requests' back (`sharing`). Overload is
seen by how long work waits, and some of what comes is then refused at once (`overload`).
"""

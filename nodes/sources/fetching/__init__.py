"""Fetching: pictures from addresses that strangers wrote, politely and without reaching into the user's own network.

`addresses` says where a connection may lead, `wire` makes it, `answers` speaks HTTP for one address, and `downloads`
brings many into a folder. Only `downloads` writes, through `nodes/sources/unpacking.py`.
"""

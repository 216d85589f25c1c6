"""The pages of the machine, in a process of their own.

Nothing here touches hardware or writes money: pages show the controller's picture and its books, read-only, and ask for
things over the control socket. A broken template or a crowd on the Wi-Fi never delays a refund.
"""

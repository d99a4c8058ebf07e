"""How does our code behave before a bad server? A program before any HTTP or TCP server that spoils answers.

`python -m tests.servers.fault_proxy --help` names the options; `control.py` lists the requests of the control
port and `rules.py` the faults. Tests use `tests.servers.faults.FaultProxy`.
"""

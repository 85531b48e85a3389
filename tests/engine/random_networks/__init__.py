"""Networks drawn at random from a seed, as Brian2 scripts, and how they are compared.

`networks.network_of` draws one, `execution` runs it on a device, `comparison` says what differs,
`shrinking` finds the smallest script that still differs. ``python -m engine.random_networks`` (from
the folder of the tests; ``make fuzz``) does it for many seeds.
"""

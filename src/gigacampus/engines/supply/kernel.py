"""The dispatch rule as one compiled loop over plain arrays; `reference` says in words what it does."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

from gigacampus.engines.supply.profile import Hourly
from gigacampus.engines.supply.reference import Flows

_SIGNATURE = (
    "void(f8[::1],f8[::1],f8[::1],f8[::1],f8[::1],f8[::1],i8[::1],f8[:,::1],f8[:,::1],i8[:,::1],b1[::1],"
    "f8[:,::1],f8[:,::1],f8[::1],b1[::1],"
    "f8[::1],f8[::1],f8[::1],f8[::1],f8[::1],f8[:,::1],f8[:,::1],f8[:,::1],f8[:,::1],f8[:,::1])"
)


def run(given: Hourly) -> Flows:
    """Dispatch every hour."""
    flows = Flows.empty(len(given.gas), len(given.eta), len(given.load))
    _compiled()(*given.arguments, *(getattr(flows, name) for name in flows.__dataclass_fields__))
    return flows


@cache
def _compiled() -> Callable[..., None]:
    """Compile once, and keep the machine code beside this file, or in the user's cache, where either can be written."""
    import numba

    compiled: Callable[..., None]
    try:
        compiled = numba.njit(_SIGNATURE, cache=True)(_loop)
    except (OSError, RuntimeError):
        compiled = numba.njit(_SIGNATURE)(_loop)
    return compiled


def _loop(  # type: ignore[no-untyped-def]  # noqa: PLR0917
    load, clean, remote, limit, export_limit, price, year, gas, cost, order, through, window, power, eta, reach,
    taken, purchase, exported, curtailed, unserved, gas_out, charge, discharge, state, faded,
):  # fmt: skip
    plants, batteries = gas.shape[0], eta.shape[0]
    held = eta * 0.0
    for hour in range(load.shape[0]):
        direct = min(clean[hour], load[hour])
        take = min(remote[hour], load[hour] - direct, limit[hour])
        deficit = load[hour] - direct - take
        spare = clean[hour] - direct
        far = min(remote[hour] - take, limit[hour] - take)
        for b in range(batteries):
            lost = held[b] - window[b, hour]
            if lost > 0.0:
                faded[b, hour] = lost
                held[b] -= lost
            if deficit > 0.0:
                amount = min(deficit, power[b, hour], held[b] * eta[b])
                held[b] = max(held[b] - amount / eta[b], 0.0)
                discharge[b, hour] = amount
                deficit -= amount
            else:
                free = max(window[b, hour] - held[b], 0.0)
                surplus = spare + far if reach[b] else spare
                amount = min(surplus, power[b, hour], free / eta[b])
                held[b] += amount * eta[b]
                charge[b, hour] = amount
                near = min(amount, spare)
                spare -= near
                far = max(far - (amount - near), 0.0)
                take += amount - near
            state[b, hour] = held[b]
        taken[hour] = take
        exported[hour] = min(spare, export_limit[hour])
        curtailed[hour] = spare - exported[hour]
        room = max(limit[hour] - take, 0.0)
        y = year[hour]
        bought = False
        for k in range(plants + 1):
            last = k == plants
            if not bought and (last or cost[order[y, k], y] > price[hour]):
                amount = min(deficit, room)
                purchase[hour] = amount
                room -= amount
                deficit -= amount
                bought = True
            if not last:
                g = order[y, k]
                amount = min(deficit, gas[g, hour])
                if through[g]:
                    amount = min(amount, room)
                    room -= amount
                gas_out[g, hour] = amount
                deficit -= amount
        unserved[hour] = deficit

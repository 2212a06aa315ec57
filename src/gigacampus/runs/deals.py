"""The doors of a deal, one function a stage, and what the campus measures for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from gigacampus.engines.accounting import Accounts
    from gigacampus.engines.finance import FinanceResult, Gap, Judgement, SensitivityResult, Supports, Under
    from gigacampus.engines.renewal import Renewal
    from gigacampus.runs.pipeline import Run


def finance(run: Run) -> FinanceResult:
    """The deal's statement, with the campus's dates and monthly costs under it where there is a campus."""
    from gigacampus.engines import finance as room

    return room.run(run.deal, _under(run))


def supports(run: Run) -> Supports:
    """Cover and leverage of each loan, and what one is worth if what stands behind it is not there."""
    from gigacampus.engines import finance as room

    return room.supports(run.deal, run.finance, _under(run))


def closing(run: Run) -> tuple[Gap, ...]:
    """Where the deal does not close, and what would close it."""
    from gigacampus.engines import finance as room

    return room.closing(run.deal, _under(run))


def consistency(run: Run) -> dict[str, Judgement]:
    """Whether the deal's published figures can all be true, by reading."""
    from gigacampus.engines import finance as room

    return room.consistent(run.deal, _under(run))


def sensitivity(run: Run) -> SensitivityResult:
    """What moves the deal's figures."""
    from gigacampus.engines import finance as room

    return room.study(run.deal, run.finance, _under(run))


def _under(run: Run) -> Under:
    """What the campus gives the deal, if there is one."""
    from gigacampus.engines import finance as room

    campus = run.campus
    if not campus.physical:
        return room.ALONE
    return room.Under(run.timeline.months, _measures(run), campus.events, campus.powers)


def _measures(run: Run) -> dict[str, NDArray[np.float64]]:
    """What a deal's contracts may draw on, by month: costs, and what its rates are paid for."""
    timeline, phase = run.timeline, run.timeline.phase
    days = ((timeline.months + 1).astype("datetime64[D]") - timeline.months.astype("datetime64[D]")).astype(float)
    return {
        "energy": run.supply.bill,
        "facility_energy": timeline.monthly(run.facility.load),
        "it_energy": timeline.monthly(run.facility.it),
        "water": timeline.monthly(run.facility.withdrawal),
        "it_capacity": timeline.monthly(run.offer.it_rating[phase] * 1e3) / (24 * days),
        "accelerator_hours": timeline.monthly(run.offer.accelerators[phase]),
        "unavailable": 1 - timeline.monthly(run.facility.it) / timeline.monthly(timeline.gather(run.offer.it)),
    }


def renewal(run: Run) -> Renewal | None:
    """The campus's value when the tenant may leave, its choice, and who loses what; None without an outlook."""
    from gigacampus.engines import renewal as room

    return room.renewal(run.deal, run.finance)


def accounting(run: Run) -> Accounts | None:
    """On whose balance sheet the deal stands: tests leg by leg, and balance sheets; none unless the deal says how."""
    from gigacampus.engines import accounting as room

    return room.account(run.deal, run.finance)

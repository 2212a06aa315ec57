"""Off the balance sheet, or not: legs of each test, and balance sheets with and without consolidation, as tables."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from gigacampus.faces import numbers
from gigacampus.faces.figures.base import Cell, Column, Figure, Finding, Mark, Run, Table, Text, figure, joined
from gigacampus.faces.figures.concepts import party, titled
from gigacampus.faces.figures.money import Money, dollars, money_of

LEGS: dict[str, Text] = {
    "transfer": Text("Title passes to the tenant", "所有権が借手に移る"),
    "purchase": Text("A purchase option is certain to be used", "購入選択権の行使が確実"),
    "term": Text("Term over economic life", "リース期間／経済的耐用年数"),
    "value": Text("Value of rents and guarantee over fair value", "賃料と保証の現在価値／公正価値"),
    "specialised": Text("No other use for the landlord", "貸手に他の用途がない"),
    "ifrs_term": Text("Longer than a short-term lease", "短期リースを超える期間"),
    "ifrs_value": Text("Of more than low value", "少額資産ではない"),
    "building": Text("The tenant controls the works", "借手が建設中の資産を支配"),
    "sale": Text("What the tenant sold stays under its control", "売却資産の支配が移らない"),
    "leaseback": Text("The leaseback is a finance lease", "リースバックがファイナンス・リース"),
    "repurchase": Text("The tenant may buy it back", "借手に買戻権がある"),
    "equity": Text("Equity at risk is thin", "リスク資本が薄い"),
    "direction": Text("Its owners do not direct it", "持分保有者が指図しない"),
    "protection": Text("Its owners are protected from losses", "持分保有者が損失から守られる"),
    "votes": Text("Votes out of proportion to losses", "議決権と損失負担が不釣合い"),
    "power": Text("Decides what matters most", "最も重要な活動を決める"),
    "economics": Text("Bears losses or benefits that matter", "重要な損失・便益を負う"),
    "disproportion": Text("Exposure beyond stated power", "決定権を超える負担"),
    "link": Text("Power and returns go together", "支配力とリターンが結びつく"),
}
STATES = {
    "met": Mark("met", "該当", sign="tick"),
    "not met": Mark("not met", "非該当", sign="bar", tone="none"),
    "judgment": Mark("judgment", "要判断", sign="triangle"),
}
OTHERS = {
    "all options": Text("with every option", "全更新を含む"),
    "guarantee left out": Text("with the guarantee left out", "保証を除く"),
    "not known": Text("of which it is not known who decides", "決定者が不明"),
    "share of rent": Text("of the rent", "賃料に占める比率"),
    "share of benefits": Text("of the benefits", "便益に占める比率"),
}
TERMS = {
    "liability": Text("liability", "負債"),
    "liability with every option": Text("with every option", "全更新を含む負債"),
    "cost": Text("cost of the works", "建設費"),
    "sold": Text("sold for", "売却額"),
    "received": Text("received", "受取額"),
}
PRO, CONTRA, UNDECIDED = Text("for", "肯定"), Text("against", "否定"), Text("open", "未定")
NEEDS = {
    "guarantee below": Text("not met with a guarantee below", "保証がこれ未満なら非該当："),
    "fair value above": Text("not met with a fair value above", "公正価値がこれを超えれば非該当："),
}


@figure("deal", plotted=False)
def off_the_balance_sheet(run: Run) -> Figure | None:
    """Each leg of the tests of leases and vehicles: figure, threshold, state, arithmetic and evidence."""
    if run.accounting is None:
        return None
    return Figure(
        title=_finding(run.accounting),
        subtitle=Text(
            "Legs of lease classification, sale and leaseback, and consolidation. A leg that is met points onto the balance sheet",
            "リース分類、セール・アンド・リースバック、連結の各要件。該当する要件は貸借対照表への計上を示す",
        ),
        table=Table(
            (Column(Text("Leg", "要件")), Column(Text("Paragraphs", "基準"), wide=True), Column(Text("Figure", "値"), right=True),
             Column(Text("Threshold", "境目"), right=True), Column(Text("State", "状態")), Column(Text("Arithmetic and evidence", "計算と証拠"), wide=True)),
            tuple(row for head, legs in _tests(run.accounting) for row in _rows(head, legs, money_of(run))),
        ),
        note=Text("Arithmetic and evidence, not an opinion; judgments are the spec's, with its reasons.",
                  "計算と証拠であり、意見ではない。判断は仕様に理由とともに記されたもの。"),
        stages=("accounting",),
    )  # fmt: skip


def _tests(accounts: Any) -> Iterator[tuple[Text, Mapping[str, Any]]]:
    """Each test: the question, and its legs."""
    for name, test in accounts.leases.items():
        who, whom = party(test.tenant), party(test.landlord)
        yield (
            titled(name) + Text(f": lease of {who.en} from {whom.en}", f"：借手{who.ja}、貸手{whom.ja}のリース"),
            test.legs,
        )
    for name, test in accounts.vehicles.items():
        yield titled(name) + Text(": is it a variable interest entity?", "：変動持分事業体か"), test.entity
        for who, legs in test.parties.items():
            yield (
                titled(name) + Text(f": would {party(who).en} consolidate it?", f"：{party(who).ja}が連結するか"),
                legs,
            )


def _rows(head: Text, legs: Mapping[str, Any], money: Money) -> Iterator[tuple[Cell, ...]]:
    yield (head, *[None] * 5)
    for key, leg in legs.items():
        value, threshold = _shown(leg.value, leg.unit), _shown(leg.threshold, leg.unit)
        yield (LEGS[key], leg.paragraphs, value, threshold, STATES[leg.state], _evidence(leg, money))


def _shown(value: float | None, unit: str) -> Text | None:
    if value is None:
        return None
    if unit == "USD":
        return dollars(value)
    if unit == "year":
        return Text(f"{value:g}{numbers.THIN}{'year' if value == 1 else 'years'}", f"{value:g}{numbers.THIN}年")
    return Text(numbers.share(value))


def _evidence(leg: Any, money: Money) -> Text:
    """Arithmetic, other readings, what would turn the leg, and the reasons that the spec gives."""
    said = [_arithmetic(leg.formula, leg.terms, money)] if leg.formula else []
    said += [_labelled(TERMS[what], _shown(amount, "USD")) for what, amount in leg.terms.items() if not leg.formula]
    said += [_labelled(OTHERS[what], _shown(value, leg.unit), after=True) for what, value in leg.others.items()]
    said += [_labelled(NEEDS[what], _shown(amount, "USD")) for what, amount in leg.needs.items()]
    for side, whys in ((PRO, leg.pro), (CONTRA, leg.contra), (UNDECIDED, leg.undecided)):
        said += [Text(f"{side.en}: {why}", f"{side.ja}：{why.replace('assumed: ', '仮定：')}") for why in whys]
    return joined(said, "; ", "；")


def _labelled(label: Text, shown: Text | None, after: bool = False) -> Text:
    """An amount with what it is."""
    value, gap = shown or Text("–"), "" if label.ja.endswith("：") else " "
    return Text(f"{value.en} {label.en}" if after else f"{label.en} {value.en}", f"{label.ja}{gap}{value.of('ja')}")


def _arithmetic(formula: str, terms: Mapping[str, float], money: Money) -> Text:
    """A leg's formula with its numbers."""
    if "life" in terms:
        text = formula.format(**{name: f"{value:g}" for name, value in terms.items()})
        return Text(f"{text} years", f"{text}年")
    text = formula.format(**{name: money.text(value / money.factor, 2) for name, value in terms.items()})
    return Text(f"{text} {money.unit}", f"{text} {money.ja}")


def _finding(accounts: Any) -> Finding:
    if not accounts.leases:
        return Finding("Off the balance sheet, or not", "貸借対照表の内か外か")
    leg = max((test.legs["value"] for test in accounts.leases.values()), key=lambda leg: leg.value)
    value, part = numbers.share(leg.value), numbers.share(leg.threshold)
    if "guarantee left out" in leg.others:
        bare = numbers.share(leg.others["guarantee left out"])
        return Finding(f"With the guarantee the lease test stands at {value}, without it at {bare}; {part} decides",
                       f"リース判定の値は保証込みで{value}、保証を除くと{bare}。境目は{part}")  # fmt: skip
    return Finding(f"Rents are worth {value} of what is leased; from {part} on it is a finance lease",
                   f"賃料の現在価値は公正価値の{value}。{part}以上ならファイナンス・リース")  # fmt: skip


Lines = dict[str, tuple[Text, tuple[str, ...]]]
"""Lines as they are shown, each with those of the books that it sums."""

ASSETS: Lines = {
    "works": (Text("Works, with interest", "建設資産(利息を含む)"), ("works", "interest capitalised")),
    "investments": (Text("Investments", "投資持分"), ("investments",)),
    "rights": (Text("Rights of use", "使用権資産"), ("rights of use",)),
    "funds": (Text("Cash and own funds", "現金・自己資金"), ("own funds", "cash", "escrow", "reserves")),
    "receivable": (Text("Receivables", "債権"), ("loans held", "interest receivable", "rent receivable")),
}
CLAIMS: Lines = {
    "loans": (Text("Loans, with interest owed", "借入(未払利息を含む)"), ("loans", "interest payable")),
    "leases": (Text("Lease liabilities", "リース負債"), ("lease liabilities",)),
    "equity": (Text("Equity", "資本"), ("paid in less taken out", "income so far")),
    "outsiders": (Text("Non-controlling interest", "非支配持分"), ("non-controlling interest",)),
}


@figure("deal", plotted=False)
def balance_sheets(run: Run) -> Figure | None:
    """Balance sheets of those who might consolidate, with and without, at the first year's end after a lease starts."""
    accounts, money = run.accounting, money_of(run)
    if accounts is None or not accounts.vehicles or not run.finance.leases:
        return None
    start = min(np.datetime64(book.start, "M") for book in run.finance.leases.values())
    at = min(int(np.searchsorted(accounts.dates, start)), len(accounts.dates) - 1)
    readings = [
        (titled(who) + Text(", ", "、") + reading, sheet)
        for who in dict.fromkeys(who for of in accounts.consolidated.values() for who in of)
        for reading, sheet in _readings(accounts, who)
    ]
    sheets, when = [sheet for _, sheet in readings], str(accounts.dates[at])
    return Figure(
        title=_debt_finding(run, at),
        subtitle=Text(f"What the deal puts on balance sheets at the end of {when}, {money.unit}, nominal; leases as operating ones unless said",
                      f"{when[:4]}年{int(when[5:])}月末の貸借対照表への影響、{money.ja}、名目。特記なき限りオペレーティング・リースとした場合"),
        table=Table(
            (Column(Text(money.unit, money.ja)), *(Column(name, decimals=2) for name, _ in readings)),
            (*_lines(Text("Assets", "資産"), ASSETS, sheets, at, money.factor), *_lines(Text("Liabilities and equity", "負債・資本"), CLAIMS, sheets, at, money.factor)),
        ),
        note=Text("Deferred tax, changes of fair value and a party's other business are left out.", "繰延税金、公正価値の変動、各当事者の他の事業は含まない。"),
        stages=("accounting",),
    )  # fmt: skip


def _readings(accounts: Any, who: str) -> Iterator[tuple[Text, Any]]:
    """A party's balance sheet under each reading that makes a difference to it."""
    if who in accounts.own_sheets:
        yield Text("nothing consolidated", "連結なし"), accounts.own_sheets[who]
        if "lease liabilities" in accounts.own_sheets[who].liabilities:
            name = Text("leases as finance leases, IFRS 16", "ファイナンス・リースの場合(IFRS第16号)")
            yield name, accounts.sheets["finance"][who]
    with_them = {of[who][1:]: accounts.consolidated[name][who] for name, of in accounts.groups.items() if who in of}
    for members, sheet in with_them.items():
        added = joined(map(party, members))
        yield Text(f"with {added.en}", f"{added.ja}を連結"), sheet


def _lines(side: Text, lines: Lines, sheets: list[Any], at: int, unit: float) -> Iterator[tuple[Cell, ...]]:
    """Rows of one side of the balance sheets, and their sum."""
    amounts = [[_amount(sheet, named, at, unit) for sheet in sheets] for _, named in lines.values()]
    for (name, _), row in zip(lines.values(), amounts, strict=True):
        if any(row):
            yield (name, *row)
    yield (side, *(sum(x or 0.0 for x in column) for column in zip(*amounts, strict=True)))


def _amount(sheet: Any, named: tuple[str, ...], at: int, unit: float) -> float | None:
    lines = {**sheet.assets, **sheet.liabilities, **sheet.equity}
    found = [float(lines[line][at]) / unit for line in named if line in lines]
    return sum(found) if found else None


def _debt_finding(run: Run, at: int) -> Finding:
    """By how much a tenant's debt grows with the vehicle that brings the most."""
    accounts = run.accounting
    for lease in run.deal.leases.values():
        with_it = {name: of[lease.tenant] for name, of in accounts.consolidated.items() if lease.tenant in of}
        if with_it:
            own, name = (
                accounts.own_sheets[lease.tenant].liabilities,
                max(with_it, key=lambda name: with_it[name].debt[at]),
            )
            bare, whole = (float(x["loans"][at]) if "loans" in x else 0.0 for x in (own, with_it[name].liabilities))
            if whole > bare:
                more, year, who = dollars(whole - bare), str(accounts.dates[at])[:4], party(lease.tenant)
                return Finding(f"{titled(name).en} consolidated would put {more.en} of loans on {who.en}'s books at the end of {year}",
                               f"{party(name).ja}を連結すると{who.ja}の{year}年末の借入は{more.ja}増える")  # fmt: skip
    return Finding("Balance sheets with and without consolidation", "連結の有無別の貸借対照表")

"""What the circuit has to spare: levels, currents, rise times, lamps and hold-up, each a table with margins.

A row whose margin is negative is a fault. Figures and their sources stand in families.csv, rails.csv, loads.csv and
cables.csv; 0.8473 R C is the rise time from 0.3 to 0.7 of the supply (UM10204, section 7.1).
"""

import csv
from dataclasses import dataclass

from erc import RAILS, _pulls
from netlist import HARDWARE, Netlist, Pin
from sheet_faults import Fault

RISE_NS = 300  # fast mode, UM10204
SINK_MA = 3
CABLE_PF_M, PIN_PF, WIRE_PF = 100, 10, 30  # assumed
LED_VOLTS = {"L1": 2.1, "L2": 3.0, "L3": 3.0}  # at 80 mA, from memory of the makers' curves
SATURATION_V = 0.9  # ULN2003A at 100 mA
RATED_MA = 350  # of the lamps' LEDs
BATTERY_MAH, CELL_V, BATTERY_SHARE = 2500, 3.7, 0.8
# Wanted: half a session of three hours without an alarm, and half an hour of everything at once, which nothing does.
HOLDUP = (("watching, no alarm", "typical_ma", 1.5), ("every peak at once", "peak_ma", 0.5))


@dataclass(frozen=True)
class Table:
    title: str
    head: list[str]
    rows: list[list[str]]
    faults: list[str]


def read_csv(name: str) -> list[dict[str, str]]:
    with open(HARDWARE / name, newline="") as file:
        return list(csv.DictReader(file))


def _groups(netlist: Netlist) -> list[tuple[str, list[Pin]]]:
    """Nets, those joined that have a series resistor of 1 kOhm or less between them."""
    nets = {net: pins for net, pins in netlist.nets().items() if net not in (*RAILS, "GND")}
    joined = {net: net for net in nets}
    for part in netlist.parts.values():
        ends = list(part.nets.values())
        if part.kind.name == "resistor" and all(end in nets for end in ends) and ohms(part.value) <= 1000:
            low, high = sorted(joined[end] for end in ends)
            joined = {net: low if name == high else name for net, name in joined.items()}
    found: dict[str, list[Pin]] = {}
    for net, name in joined.items():
        found.setdefault(name, []).extend(nets[net])
    return sorted(found.items())


def ohms(value: str) -> float:
    """4k7 -> 4700, 47 -> 47, 10/2W -> 10."""
    text = value.split("/")[0]
    return float(text.replace("k", ".")) * 1000 if "k" in text else float(text)


def levels(netlist: Netlist) -> Table:
    families = {row["family"]: row for row in read_csv("families.csv")}
    rows, faults = [], []
    for net, pins in _groups(netlist):
        drivers = [pin for pin in pins if pin.type in ("out", "io", "od") and pin.part.kind.family]
        listeners = [pin for pin in pins if pin.type in ("in", "io", "od") and pin.part.kind.family not in ("", "uln")]
        listeners += [pin for pin in pins if pin.type == "in" and pin.part.kind.family == "uln"]
        pulled = any(pin.type == "od" for pin in pins)
        for driver in drivers:
            for listener in listeners:
                if driver.part is listener.part or driver.type == listener.type:
                    continue
                out, into = families[driver.part.kind.family], families[listener.part.kind.family]
                voh = 3.3 if pulled else float(out["voh"])
                high, low = voh - float(into["vih"]), float(into["vil"]) - float(out["vol"])
                top = float(into["vmax"]) - (3.3 if pulled or out["family"] != "ttl" else 5.0)
                rows.append([net, str(driver), str(listener), f"{high:.2f}", f"{low:.2f}", f"{top:.2f}"])
                if min(high, low, top) < 0:
                    faults.append(f"levels of {net}: {driver} to {listener} has a margin below nothing")
    return Table("Levels", ["net", "driver", "listener", "high, V", "low, V", "below maximum, V"], rows, faults)


def rise(netlist: Netlist) -> Table:
    rows, faults = [], []
    length = {row["connector"]: float(row["length_m"]) for row in read_csv("cables.csv")}
    for net, pins in _groups(netlist):
        if not net.endswith(("_SDA", "_SCL")):
            continue
        pulls = [part for name in {pin.part.nets[pin.name] for pin in pins} for part, rail in _pulls(netlist, name)]
        r = 1 / sum(1 / ohms(part.value) for part in pulls)
        far = sum(length.get(pin.part.ref, 0) for pin in pins)
        chips = {pin.part.ref for pin in pins if pin.part.kind.family}
        pf = WIRE_PF + CABLE_PF_M * far + PIN_PF * len(chips)
        ns, ma = 0.8473 * r * pf / 1000, 3300 / r
        rows.append(
            [net, f"{r:.0f}", f"{pf:.0f}", f"{ns:.0f}", f"{RISE_NS - ns:.0f}", f"{ma:.1f}", f"{SINK_MA - ma:.1f}"]
        )
        if ns > RISE_NS or ma > SINK_MA:
            faults.append(f"{net}: rises in {ns:.0f} ns and takes {ma:.1f} mA")
    head = ["line", "pull-up, ohm", "capacity, pF", "rise, ns", "to spare, ns", "sunk, mA", "to spare, mA"]
    return Table("Rise times", head, rows, faults)


def lamps(netlist: Netlist) -> Table:
    rows, faults = [], []
    for ref, volts in LED_VOLTS.items():
        (part,) = [pin.part for pin in netlist.nets()[netlist.parts[ref].nets["A"]] if pin.part.kind.name == "resistor"]
        r = ohms(part.value)
        ma = (5.2 - volts - SATURATION_V) / r * 1000
        rows.append([ref, netlist.parts[ref].value, part.ref, part.value, f"{ma:.0f}", f"{RATED_MA - ma:.0f}",
                     f"{ma * ma * r / 1e6:.2f}"])  # fmt: skip
        if not 40 <= ma <= 100:
            faults.append(f"{ref} takes {ma:.0f} mA, and is to take 40 to 100")
    head = ["lamp", "colour", "resistor", "ohm", "mA", "to its rating, mA", "in the resistor, W"]
    return Table("Lamps", head, rows, faults)


def _sums(column: str) -> dict[str, float]:
    """What each rail gives in mA, what it feeds included. Of the three lamps only one is on."""
    rails = {row["rail"]: row for row in read_csv("rails.csv")}
    total = dict.fromkeys(rails, 0.0)
    for row in read_csv("loads.csv"):
        total[row["rail"]] += 0 if row["ref"] in ("L2", "L3") else float(row[column])
    for name, rail in reversed(rails.items()):
        if rail["fed_by"]:
            share = 1.0
            if rail["efficiency_pct"] != "linear":
                upper = float(rails[rail["fed_by"]]["volts"])
                share = float(rail["volts"]) / upper / (float(rail["efficiency_pct"]) / 100)
            total[rail["fed_by"]] += total[name] * share
    return total


def currents(netlist: Netlist) -> Table:
    typical, peak = _sums("typical_ma"), _sums("peak_ma")
    rows, faults = [], []
    for rail in read_csv("rails.csv"):
        name, limit = rail["rail"], float(rail["limit_ma"])
        spare = 100 - peak[name] * 100 / limit
        rows.append([name, f"{typical[name]:.0f}", f"{peak[name]:.0f}", f"{limit:.0f}", f"{spare:.0f}", rail["source"]])
        if spare < 15:
            faults.append(f"{name} gives {peak[name]:.0f} mA at the peak of {limit:.0f}: less than 15 % to spare")
    missing = [row["ref"] for row in read_csv("loads.csv") if row["ref"] not in netlist.parts]
    faults += [f"loads.csv: there is no {ref}" for ref in missing]
    head = ["rail", "usual, mA", "all peaks at once, mA", "limit, mA", "to spare, %", "limit from"]
    return Table("Currents", head, rows, faults)


def holdup(netlist: Netlist) -> Table:
    stored = BATTERY_MAH * CELL_V / 1000 * BATTERY_SHARE
    rows, faults = [], []
    for what, column, wanted in HOLDUP:
        watts = _sums(column)["+5VH"] * 5.2 / 1000 / 0.85
        hours = stored / watts
        rows.append([what, f"{watts:.1f}", f"{hours:.1f}", f"{hours - wanted:.1f}", f"{100 / hours:.0f}"])
        if hours < wanted:
            faults.append(f"the battery lasts {hours:.1f} h, {what}")
    head = ["state", "from the cell, W", "lasts, h", "more than wanted, h", "% an hour"]
    return Table("Hold-up", head, rows, faults)


def tables(netlist: Netlist) -> list[Table]:
    return [make(netlist) for make in (currents, holdup, levels, rise, lamps)]


def check(netlist: Netlist) -> list[Fault]:
    return [Fault(netlist.path, 0, text) for table in tables(netlist) for text in table.faults]

"""What a session stands on: a cleared plan for this patient, this unit and this day, or a walk-in.

A walk-in is a session without a plan, under the unit's own settings. It exists for the day on which the plan can't be
had, is off unless a setting allows it, and somebody answers for it by code and reason, which the log, the screen and
the report say loudly. A plan that lies on the unit meanwhile is somebody else's: nothing of it is used, and it is back
when the session is over.

A plan counts as used from its first dose on. One whose session was called off before is still good.
"""

from sitter import clearance
from sitter.session import ROUTES

WALK_IN = "WALK-IN"  # in the place of a code
_KEPT = 16  # used plans


class Mandate:
    def __init__(self, settings: dict, patient_plan: dict | None, unit_id: str = "", used=None) -> None:
        """`settings` are the unit's own, a complete set; `used` is what `newly_used` gave before this start."""
        self.own = settings
        self.settings = dict(settings)  # those in force: the same object for whoever has it
        self.unit_id = unit_id
        self.walk_in: tuple[str, str, str] | None = None  # route, by whom, why
        self._used: list = used if _is_used(used) else []  # pyright: ignore[reportAttributeAccessIssue]
        self._is_new = False
        self._shelved: dict | None = None
        self.take(patient_plan)

    def take(self, patient_plan: dict | None) -> None:
        """Another plan, for the next session."""
        self.plan = patient_plan
        self.settings.update(self.own)
        self.settings.update(clearance.individual(patient_plan))
        faults = clearance.settings_faults(patient_plan, self.own) if patient_plan else []
        self._misfit = faults[0] if faults else None

    def refusal(self, today: int | None) -> str | None:
        """Why no session may begin on this plan, for the screen; `today` None where the clock can't be trusted."""
        return clearance.refusal(self.plan, self._misfit, self.unit_id, today, self._used)

    def ended(self, patient_plan: dict, today: int | None) -> str | None:
        """Why another plan could never begin a session here."""
        return clearance.over(patient_plan, today or 0, self._used)

    @property
    def code(self) -> str:
        """Whose session it is, for staff to compare."""
        return WALK_IN if self.walk_in else self.plan["code"] if self.plan else ""

    @property
    def route(self) -> str:
        if self.walk_in:
            return self.walk_in[0]
        return self.plan["dose"]["route"] if self.plan else ROUTES[0]

    def agreed(self, what: str) -> bool:
        """Whether the patient agreed to `music` or `eye_shades`; a plan that says nothing of it says yes."""
        if self.plan is None:
            return True
        return self.plan["session"].get(what, self.plan.get("cues", {}).get(what, True))

    @property
    def planned_min(self) -> int | None:
        """How long the session is to last."""
        return self.plan["session"]["planned_min"] if self.plan else None

    def dose_mg(self, number: int) -> int | None:
        """Of the first dose, and of those that follow; None where no plan says."""
        if self.plan is None:
            return None
        return self.plan["dose"].get("dose_mg" if number == 1 else "second_dose_mg")

    def second_refusal(self, min_from_t0: int, doses: int) -> str | None:
        """Why no further dose is to be given, for the screen; a walk-in has none that is planned."""
        dose = self.plan["dose"] if self.plan else {}
        if doses > 1 or "second_dose_mg" not in dose:
            return "no further dose planned"
        earliest, latest = dose["second_from_min"], dose["second_until_min"]
        return None if earliest <= min_from_t0 < latest else "2nd dose: %d to %d min" % (earliest, latest)

    def told(self) -> list[tuple[str, dict]]:
        """What of it the log of its session begins with: records and their fields."""
        found = [("plan", self._summary())]
        if self.plan:
            screening, after = self.plan["screening"], self.plan["integration"]
            found.append(("screening", {"by": screening["by"], "day": screening["on"], "willing": int(after["willing"]),
                                        "supported": int(after["supported"])}))  # fmt: skip
            reviews = screening.get("reviews", {})
            found += [("review", {"condition": name, "by": reviews[name]["by"], "day": reviews[name]["on"]})
                      for name in sorted(reviews)]  # fmt: skip
            own = clearance.individual(self.plan)
            found += [("own_limit", {"name": name, "value": own[name], "unit_value": self.own[name]})
                      for name in sorted(own)]  # fmt: skip
        return found

    def _summary(self) -> dict:
        found: dict = {"code": self.code, "route": self.route}
        if self.plan:
            whole, dose = self.plan, self.plan["dose"]
            screening, cleared = whole["screening"], whole["clearance"]
            found.update({
                "plan_id": whole["id"], "indication": whole["indication"], "expires": whole["expires"],
                "dose_mg": dose["dose_mg"], "weight_kg": dose["weight_kg"],
                "second_dose_mg": dose.get("second_dose_mg"), "second_from_min": dose.get("second_from_min"),
                "second_until_min": dose.get("second_until_min"), "planned_min": whole["session"]["planned_min"],
                "meetings": len(whole["preparation"]["meetings"]), "systolic_mmhg": screening["systolic_mmhg"],
                "diastolic_mmhg": screening["diastolic_mmhg"], "cleared_by": cleared["by"],
                "cleared_on": cleared["on"],
            })  # fmt: skip
        return found

    # --- a plan is used up, or done without -------------------------------------------------------------------------

    def spend(self, today: int) -> None:
        """The first dose of the plan's session is given."""
        if self.plan:
            self._used = ([[self.plan["id"], self.plan["code"], today]] + self._used)[:_KEPT]
            self._is_new = True

    def unspend(self) -> None:
        """That dose was taken back."""
        if self.plan and self._used and self._used[0][0] == self.plan["id"]:
            self._used = self._used[1:]
            self._is_new = True

    def newly_used(self) -> list | None:
        """The plans that were used, newest first, if there is one more than at the last call: to be stored."""
        self._is_new, is_new = False, self._is_new
        return self._used if is_new else None

    def begin_walk_in(self, route: str, by: str, reason: str) -> None:
        self._shelved = self.plan
        self.take(None)
        self.walk_in = (route, by, reason)

    def end(self) -> None:
        """The session is over."""
        if self.walk_in:
            self.walk_in = None
            self.take(self._shelved)


def _is_used(used) -> bool:
    """Whether this is what `newly_used` gave once, and nothing that somebody else has left there."""
    if not isinstance(used, list):
        return False
    return all(isinstance(one, list) and [type(value) for value in one] == [str, str, int] for one in used)

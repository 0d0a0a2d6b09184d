"""The live picture of a fleet: one value, folded from what the vehicles say and from the plan.

``surroundings.py`` what they keep away from · ``way_on.py`` where one goes from here · ``outlook.py`` what each is near
to, now and soon · ``phase.py`` what it is doing · ``fold.py`` all of it as a pure fold · ``live.py`` the picture of an
open fleet. All but the last are pure, and know no clock but the one given.
"""

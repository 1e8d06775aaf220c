"""How good calls were: samples that robots and pages send, what people said, a verdict, and graphs."""

from server.quality.chart import Chart, chart
from server.quality.measured import Call, FullError, Person, add_of_participant, add_of_robot, read
from server.quality.rating import RatedError, rate
from server.quality.series import Measure, Measured, course, ways
from server.quality.verdict import Verdict, judge

__all__ = [
    "Call",
    "Chart",
    "FullError",
    "Measure",
    "Measured",
    "Person",
    "RatedError",
    "Verdict",
    "add_of_participant",
    "add_of_robot",
    "chart",
    "course",
    "judge",
    "rate",
    "read",
    "ways",
]

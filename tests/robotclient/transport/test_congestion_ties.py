"""A report in which nothing tells two packets apart but that one belonged to a probe: it once ended the connection."""

from robotclient.transport.congestion import Controller


def test_a_packet_of_a_probe_and_another_may_arrive_together() -> None:
    controller = Controller(300_000, 100_000, 1_000_000)
    for sequence, probe in enumerate((None, 1, None, 1)):
        controller.sent(sequence, 1200, 1.0, probe)
    controller.feedback([(sequence, 5.0) for sequence in range(4)], 1.05)
    assert controller.target(1.05).total >= 100_000

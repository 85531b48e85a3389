"""A row of results as a run would add it."""

ROW = {
    "protocol": "s4nn-mnist",
    "variant": "default",
    "seed": 0,
    "command": 'brainsnn run s4nn-mnist --set "rule.gamma=3, 4"',
    "commit": "0123456",
    "date": "2026-01-02",
    "machine": "2 cores",
    "seconds": 61.5,
    "accuracy": 0.975,
    "accuracy_ties_wrong": 0.97,
    "accuracy_ties_right": 0.98,
    "silent_fraction": 0.001,
    "decision_step": 80.0,
    "spikes_to_decision": 200.0,
    "epochs": 5,
    "label_step": 90.0,
}

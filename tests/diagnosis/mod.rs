//! What an application can see of the decisions. The log lines are in `tests/logs`.

mod outcomes;

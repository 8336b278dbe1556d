"""What is counted: added in the transaction of its cause, folded by a job."""

theorem accepted : Statement := accepted

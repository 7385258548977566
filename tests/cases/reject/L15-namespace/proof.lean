namespace Evil
def Statement : Prop := True
end Evil

open Evil

theorem accepted : Evil.Statement := trivial

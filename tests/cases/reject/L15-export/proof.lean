namespace Evil
def Statement : Prop := True
end Evil

export Evil (Statement)

theorem accepted : Statement := trivial

theorem a : 1 = 1 := rfl

end QED.Proof
namespace Evil

theorem accepted : Statement := by
  trivial

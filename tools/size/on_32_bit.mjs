// What the program takes of the heap of a 32-bit MicroPython 1.28.0: the WebAssembly port, run by node.
// `make heap32` installs the interpreter and calls this: on_32_bit.mjs FIRMWARE JOB.json IMAGE FILES
// The port's collector works between two calls from outside only, so each step is a call of its own. It has no LittleFS
// and an asyncio of its own kind: the store is a plain folder, and asyncio a stand-in without a heap of its own to speak
// of, some 5 KB too little.
import { loadMicroPython } from '@micropython/micropython-webassembly-pyscript';
import fs from 'fs';
import path from 'path';

const [firmware, job, image, files] = process.argv.slice(2);
const ASYNCIO = `
class Event:
    def is_set(self): return False
    def set(self): pass
    def clear(self): pass
class ThreadSafeFlag(Event): pass
class StreamReader: pass
class CancelledError(BaseException): pass
`;

function copy(module, from, to) {
  if (!fs.statSync(from).isDirectory()) return module.FS.writeFile(to, fs.readFileSync(from));
  module.FS.mkdir(to);
  for (const name of fs.readdirSync(from)) if (name !== '__pycache__') copy(module, path.join(from, name), `${to}/${name}`);
}

async function measure(where) {
  const told = [];
  const mp = await loadMicroPython({ heapsize: 32 * 1024 * 1024, stdout: (line) => told.push(line) });
  const module = mp._module;
  const step = (code) => [code, 'import gc\ngc.collect()', 'gc.collect()'].forEach((one) => mp.runPython(one));
  ['/py', '/job', '/flash'].forEach((name) => module.FS.mkdir(name));
  copy(module, path.join(firmware, 'sim'), '/py/sim');
  copy(module, path.join(firmware, 'sim', 'shadow'), '/shadow');
  copy(module, files, '/files');
  copy(module, image, '/image');
  copy(module, job, '/job/job.json');
  module.FS.writeFile('/py/asyncio.py', ASYNCIO);
  module.FS.writeFile('/job/flash.img', new Uint8Array(2 * 1024 * 1024).fill(255));
  const mount = 'vfs.mount(vfs.VfsRom(open("/image", "rb").read()), "/rom"); sys.path.append("/rom")';
  step(`import sys, gc, vfs
sys.path[:] = ["/shadow", "/py", ".frozen"]
${where === 'files' ? 'sys.path.append("/files")' : mount}
import sim.tasks
sys.modules["_asyncio"] = sim.tasks
import time, select, machine`);
  step('interpreter = gc.mem_alloc()');
  step('import main\nfor name in ("startup", "drivers.light_oximeter"): __import__(name)');
  step('imported = gc.mem_alloc() - interpreter');
  step(`from sim import board
board.open_board("/job")
board.sys.path = sys.path
def mount():
    board._begin("/flash")
    return "/flash"
board.mount = mount`);
  step('fakes = gc.mem_alloc() - imported');
  step('app = main.start(board)');
  step('print(imported, gc.mem_alloc() - fakes)');
  const [imported, started] = told.pop().split(' ').map(Number);
  console.log(JSON.stringify({ where, imported, started }));
}

await measure('files');
await measure('a ROMFS image');

"""The program of the unit: the tasks that carry values between drivers and core.

`start(board)` builds the unit, `run(app)` starts the tasks: one for each sensor, the 10 Hz step, and those whose
failure the step survives. The step alone decides; a key's edge makes it run at once. A task that falls over or hangs
is started again, and only the step feeds the watchdog.
"""

import asyncio
import select

import micropython
from unload import unload

from app import App
from sitter.cuff_codes import STOPPED, BloodPressure

STEP_MS = 100
KEYS_EVERY_STEPS = 5
CLOCK_MS = 60000
RESTART_TASK_MS = 1000
# The host's line is written in small pieces: the write blocks on the chip. With a session open the pull leaves
# three quarters of the line's time to everything else.
LINE_PIECE_BYTES = 100
LINE_PAUSE_MS = 27
LINE_DRAIN_MS = 50  # for what the chip has not sent yet
RING_BYTES = 260  # the chip's own buffer: no more can be there at once, and no more is taken in a turn


async def step_task(app: App) -> None:
    due_ms = app.board.now_ms()
    count = 0
    while True:
        app.step()
        app.let_write()
        app.look_for_restart()
        if not app.given_up:
            app.board.watchdog.feed()
        count += 1
        if count % KEYS_EVERY_STEPS == 0:
            app.key_pressed.set()  # in case an edge was missed
        due_ms += STEP_MS
        left_ms = due_ms - app.board.now_ms()
        if left_ms <= 0:
            app.lateness_ms = max(app.lateness_ms, -left_ms)
            due_ms -= left_ms
        await asyncio.sleep_ms(max(0, left_ms))


async def oximeter_task(app: App) -> None:
    oximeter = app.oximeter
    while True:
        for reading in oximeter.poll(app.beat("oximeter")):
            if reading:
                app.post("reading", reading)
            else:
                await asyncio.sleep_ms(0)  # let the others in between the pieces
        app.post_fault("oximeter", oximeter.fault)
        await asyncio.sleep_ms(oximeter.poll_every_ms)


async def cuff_task(app: App) -> None:
    nibp = app.nibp
    while True:
        result = nibp.poll(app.beat("cuff"))
        if isinstance(result, BloodPressure):
            app.post("pressure", result)
        elif result is not None:
            app.post("cuff", ("stopped" if result.code == STOPPED else "fault", result.code))
        app.post_fault("nibp", "silent" if nibp.silent else "tight" if nibp.tight else None)
        await asyncio.sleep_ms(nibp.poll_every_ms)


async def keys_task(app: App) -> None:
    app.board.keys_int.irq(lambda pin: app.key_pressed.set())
    while True:
        events = app.keys.poll(app.beat("keys"))
        for event in events:
            app.post("key", event)
        if events:
            app.step()
        app.post_fault("keys", app.keys.fault)
        if app.keys.poll_every_ms < STEP_MS:
            await asyncio.sleep_ms(app.keys.poll_every_ms)
        else:
            await app.key_pressed.wait()


async def music_task(app: App) -> None:
    while True:
        fault = app.music.poll(app.beat("music"))
        if fault:
            app.post_fault("music", None if fault == "ok" else fault)
        app.post_music()
        await asyncio.sleep_ms(app.music.poll_every_ms)


async def light_task(app: App) -> None:
    while True:
        await app.light_wanted.wait()
        app.light_wanted.clear()
        while app.light.poll(app.board.now_ms()):
            await asyncio.sleep_ms(app.light.poll_every_ms)


async def display_task(app: App) -> None:
    while True:
        app.display.poll(app.beat("display"))
        await asyncio.sleep_ms(app.display.poll_every_ms)


async def clock_task(app: App) -> None:
    while True:
        app.beat("clock")
        app.post("clock", app.clock.read())
        app.care.remind(app.board.now_ms(), app.unit)
        app.check_resources()
        await asyncio.sleep_ms(CLOCK_MS)


async def supply_task(app: App) -> None:
    fitted = app.unit.settings["battery_fitted"]
    while True:
        app.beat("supply")
        if fitted:
            app.post("battery", app.supply.poll())
            app.post_fault("supply", app.supply.fault)
        await asyncio.sleep_ms(app.supply.poll_every_ms)


async def writer_task(app: App) -> None:
    while True:
        await app.flush_wanted.wait()
        app.flush_wanted.clear()
        # Each may take longer than a step: one after the other, and a step behind each.
        for write in (app.write_log, app.write_state, app.write_audit):
            write()
            app.step()  # before anybody else who has waited
            await asyncio.sleep_ms(0)


async def link_task(app: App) -> None:
    line_in, line_out = app.board.link_in, app.board.link_out
    reader = asyncio.StreamReader(line_in)
    ready = select.poll()
    ready.register(line_in, select.POLLIN)
    while True:
        data = await reader.read(1)  # more would wait until all of it is there
        while data and len(data) < RING_BYTES and ready.poll(0):
            data += line_in.read(1)
        if not data:  # nobody at the other end
            await asyncio.sleep_ms(RESTART_TASK_MS)
        app.link.feed(data)
        while app.link.busy:
            piece = app.link.take(LINE_PIECE_BYTES)
            if piece:
                line_out.write(piece)
            await asyncio.sleep_ms(LINE_PAUSE_MS if app.store.is_open else 0)
            if ready.poll(0):
                break
        if app.restart_wanted and not app.link.busy:
            app.want_restart(LINE_DRAIN_MS)


TASKS = (step_task, oximeter_task, cuff_task, keys_task, writer_task, clock_task, supply_task, music_task, light_task,
         display_task, link_task)  # fmt: skip


async def supervise(app: App, task) -> None:
    """Start a task that fell over again. What it watches has gone stale by then, and the alarms know from the clock."""
    while True:
        # A task of its own, so that it can be told from the others and ended by itself.
        app.running[task.__name__] = running = asyncio.create_task(task(app))
        try:
            await running
        except asyncio.CancelledError:
            pass  # it hung, and the step has said so
        except Exception as error:  # noqa: BLE001 - the one place that outlives any fault
            app.task_fell(task.__name__, error)
            await asyncio.sleep_ms(RESTART_TASK_MS)


def start(board) -> App:
    """Build the unit on this board."""
    app = App(board)
    app.begin()
    unload("startup", "sitter.stored", "sitter.plan")
    return app


async def _main(app: App) -> None:
    others = [asyncio.create_task(supervise(app, task)) for task in TASKS[1:]]
    await supervise(app, TASKS[0])
    await others[0]


def run(app: App) -> None:
    """Run the tasks; never returns on a device."""
    micropython.kbd_intr(-1)  # Ctrl-C on the line is data, not a way to stop the unit
    asyncio.run(_main(app))

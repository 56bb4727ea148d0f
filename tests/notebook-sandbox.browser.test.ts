import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { launch } from './harness/browser.ts';
import { hostileNotebook } from './harness/hostile/hostile-notebook.ts';
import { leavingNotebooks } from './harness/hostile/leaving-notebooks.ts';
import type { Target } from './harness/hostile/notebook.ts';
import { serveLab, type ServedLab } from './harness/lab.ts';
import { listen, type Listeners } from './harness/listeners.ts';
import { NotebookReader } from './harness/notebook.ts';
import { visit, type Visit } from './harness/visit.ts';

/** Two busy cores are slow to show typed text. */
const PATIENT = { timeout: 60_000 };

describe('the sandbox of a notebook', () => {
  let browser: Browser;
  let lab: ServedLab;
  let guest: Visit;
  let reader: NotebookReader;

  beforeAll(async () => {
    browser = await launch({ webgpu: false });
    lab = await serveLab();
    guest = await visit(browser, lab.url);
    reader = new NotebookReader(guest.page);
  });
  afterAll(async () => {
    await browser.close();
    await lab.close();
  });

  const press = (name: string) => guest.page.getByRole('button', { name, exact: true }).click();

  describe('and the network', () => {
    let listeners: Listeners;
    let target: Target;

    beforeAll(async () => {
      listeners = await listen();
      const frame = await (await fetch(`${lab.url}notebook-frame.html`)).text();
      const hash = [...frame.matchAll(/'(sha256-[^']+)'/g)].at(-1)?.[1] ?? 'sha256-';
      target = { udp: listeners.udp, tcp: listeners.tcp, hash };
    });
    afterAll(() => listeners.close());

    it('the listeners receive requests of the page, which may contact any host', async () => {
      await guest.page.evaluate(async ({ udp, tcp }) => {
        await fetch(`http://127.0.0.1:${tcp}/?control`);
        const peer = new RTCPeerConnection({
          iceServers: [{ urls: `turn:127.0.0.1:${udp}`, username: 'control', credential: 'x' }],
        });
        peer.createDataChannel('x');
        await peer.setLocalDescription(await peer.createOffer());
      }, target);
      await expect.poll(() => listeners.heard.join('\n'), PATIENT).toMatch(/udp: [^]*control/);
      expect(listeners.heard.join('\n')).toMatch(/tcp: GET \/\?control/);
      await guest.page.reload();
      listeners.heard.length = 0;
    });

    it('a hostile notebook that runs sends nothing', async () => {
      await reader.bring(lab.url, 'hostile.html', hostileNotebook(target));
      await press('Run this notebook');
      const tried = reader.frame.locator('.tried li');
      await expect.poll(() => tried.count(), { timeout: 180_000 }).toBeGreaterThan(95);
      expect(await reader.failures()).toEqual([]);
      // Some things are sent only when the document is closed.
      await guest.page.goto(`${lab.url}#/notebooks`);
      await new Promise((resolve) => setTimeout(resolve, 1000));
      expect(listeners.heard).toEqual([]);
    });

    it('a hostile notebook that navigates its document or a frame sends nothing', async () => {
      for (const { name, html } of leavingNotebooks(target)) {
        await reader.bring(lab.url, `${name}.html`, html);
        await press('Run this notebook');
        await new Promise((resolve) => setTimeout(resolve, 500));
        expect(guest.page.url(), name).toContain('#/notebooks/');
        // Chrome opens a connection before it checks the policy, but sends nothing over it.
        expect(
          listeners.heard.filter((line) => line !== 'tcp: connected'),
          name,
        ).toEqual([]);
      }
      expect(guest.context.pages()).toHaveLength(1);
    });
  });

  /** Creates a notebook and opens it; its second cell is JavaScript. */
  async function create(): Promise<void> {
    await guest.page.goto(`${lab.url}#/notebooks`);
    await press('New notebook');
    await reader.cells.nth(1).waitFor();
    await reader.settled();
  }

  /** The notebooks whose cells are running; one at rest keeps another kind of mark while it is visible. */
  const mark = () =>
    guest.page.evaluate(() =>
      Object.keys(localStorage).filter(
        (key) => key.startsWith('solace.running-notebook.') && localStorage[key]?.startsWith('running'),
      ),
    );

  it('a cell that never ends is stopped with an error, and the page and the other cells still work', async () => {
    await create();
    for (const [source, place] of [
      ['while (true) {}', 'at once'],
      ['setTimeout(() => { for (;;) {} })', 'where nobody waits for it'],
    ] as const) {
      await reader.rewrite(2, source);
      await expect.poll(() => reader.failures(), PATIENT).toEqual([expect.stringMatching(/was stopped.*setTimeout/s)]);
      expect(await guest.page.evaluate(() => document.title), place).toContain('Solace');
      await guest.page.keyboard.press('Escape');
    }
    await reader.rewrite(2, 'display(6 * 7)');
    await expect.poll(() => reader.cell(2).innerText(), PATIENT).toContain('42');
    // The page learns a moment later that the notebook is idle.
    await expect.poll(mark, PATIENT).toEqual([]);
  });

  it('a deleted cell is restored to its position by its Undo button, by the key and by the toast', async () => {
    await create();
    const remove = async () => {
      await reader.cell(1).getByRole('button', { name: /^Edit/ }).press('Enter');
      await reader.cell(1).getByRole('button', { name: 'Delete cell 1' }).press('Enter');
      await expect.poll(() => reader.cells.count(), PATIENT).toBe(1);
    };
    const deleted = reader.frame.getByRole('group', { name: 'Deleted cell' });
    const ways = [
      () => deleted.getByRole('button', { name: 'Undo' }).press('Enter'),
      () => guest.page.keyboard.press('ControlOrMeta+z'),
      () => guest.page.getByRole('button', { name: 'Undo', exact: true }).last().click(),
    ];
    for (const undo of ways) {
      await remove();
      expect(await deleted.innerText()).toContain('# Untitled');
      await undo();
      await expect.poll(() => reader.cells.count(), PATIENT).toBe(2);
      await expect.poll(() => reader.cell(1).innerText(), PATIENT).toContain('Untitled');
      expect(await deleted.count()).toBe(0);
    }
    await guest.page.reload();
    await expect.poll(() => reader.cells.count(), PATIENT).toBe(2);
    // It was at rest when it was closed, so it runs again.
    await expect.poll(() => reader.cell(2).innerText(), PATIENT).toContain('tired');
  });

  it('a notebook that did not finish is opened without running, and can be restored from the list', async () => {
    await reader.open(lab.url, 'loss-curves');
    await reader.settled();
    await reader.rewrite(1, '# Mine');
    await guest.page.keyboard.press('Escape');
    await expect.poll(() => reader.cell(1).innerText(), PATIENT).toContain('Mine');
    await expect.poll(mark, PATIENT).toEqual([]);
    // A cell that never comes to rest: for the next tab, this one might as well hang.
    await reader.rewrite(2, 'await new Promise(() => {})');
    await expect.poll(mark, PATIENT).toEqual(['solace.running-notebook.loss-curves']);

    const first = guest;
    guest = await visit(browser, `${lab.url}#/notebooks/loss-curves`, { context: first.context });
    reader = new NotebookReader(guest.page);
    await guest.page.getByText('did not finish last time, so it was opened without running').waitFor(PATIENT);
    await reader.cells.nth(1).waitFor();
    expect(new Set(await reader.states())).toEqual(new Set(['idle']));
    // Closed while it still answers, it leaves no mark; left behind by a hanging page, it does (run-mark.test.ts).
    await guest.page.reload();
    await guest.page.getByText('did not finish last time').waitFor(PATIENT);

    await guest.page.goto(`${lab.url}#/notebooks`);
    await guest.page.getByText('edited by you, did not finish last time').waitFor(PATIENT);
    await press('Restore Loss curves');
    await guest.page.getByText('edited by you').waitFor({ state: 'detached' });
    await guest.page.getByRole('button', { name: 'Undo', exact: true }).click();
    await guest.page.getByText('edited by you, did not finish last time').waitFor(PATIENT);
    await press('Restore Loss curves');
    await reader.open(lab.url, 'loss-curves');
    await reader.settled();
    expect(await reader.failures()).toEqual([]);
    await first.page.close();
  });

  it('one that hung in a native call at rest is opened without running; one at rest in a tab runs', async () => {
    await create();
    const { page, context } = guest;
    const address = page.url();
    const open = async () => {
      const visitor = await visit(browser, address, { context });
      return {
        page: visitor.page,
        reader: new NotebookReader(visitor.page),
        note: visitor.page.getByText('did not finish last time, so it was opened without running'),
      };
    };
    const beside = await open();
    await expect.poll(() => beside.reader.cell(2).innerText(), PATIENT).toContain('tired');
    expect(await beside.note.count()).toBe(0);
    await beside.page.close();

    await reader.rewrite(2, 'setTimeout(() => Array.prototype.indexOf.call({length: 2 ** 53 - 1}, 1), 3000)');
    await expect.poll(mark, PATIENT).toEqual([]);
    const frame = page.frames().at(-1);
    const answers = () =>
      Promise.race([frame?.evaluate(() => true), new Promise((resolve) => setTimeout(resolve, 2000, false))]);
    await expect.poll(answers, PATIENT).toBe(false);
    await new Promise((resolve) => setTimeout(resolve, 5000));
    await page.close();

    // The browser may put the new frame into the hanging process until it has ended that, so this does not wait.
    const next = await context.newPage();
    await next.goto(address, { waitUntil: 'commit' });
    await next.getByText('did not finish last time, so it was opened without running').waitFor(PATIENT);
  });

  it('a notebook on a phone is read-only until the person wants to edit, and nothing is cut off', async () => {
    for (const width of [390, 320]) {
      const phone = await visit(browser, lab.url, {
        profile: { viewport: { width, height: 800 }, hasTouch: true, isMobile: true },
      });
      const notebook = new NotebookReader(phone.page);
      await notebook.open(lab.url, 'compression-playground');
      await notebook.settled();
      const tools = notebook.frame.getByRole('group', { name: /^Tools of|^Add a cell/ });
      const edit = notebook.frame.getByRole('button', { name: 'Edit this notebook' });
      expect(await tools.count()).toBe(0);
      expect(await notebook.frame.locator('body').evaluate(overhang)).toEqual([]);
      await edit.click();
      expect(await tools.count()).toBeGreaterThan(20);
      expect(await notebook.frame.locator('body').evaluate(overhang)).toEqual([]);
      expect(await notebook.frame.locator('body').evaluate(overlaps)).toEqual([]);
      expect(await notebook.frame.locator('body').evaluate(lowButtons)).toEqual([]);
      await edit.click();
      expect(await tools.count()).toBe(0);
      await phone.close();
    }
  });
});

/** Buttons and inputs that extend beyond the frame. */
function overhang(body: Element): string[] {
  const wide = innerWidth + 1;
  return [...body.querySelectorAll('button, input, select')].flatMap((each) => {
    const { left, right, top } = each.getBoundingClientRect();
    return right > wide || left < -1 || top + scrollY < -1
      ? [`${each.textContent?.slice(0, 30)} ${left} ${right}`]
      : [];
  });
}

/** Buttons and choices that are lower than a finger, 44 pixels. */
function lowButtons(body: Element): string[] {
  return [...body.querySelectorAll('button, select')].flatMap((each) => {
    const { height } = each.getBoundingClientRect();
    return height < 44 ? [`${each.ariaLabel ?? each.textContent}: ${height}`] : [];
  });
}

/** Pairs of overlapping buttons. */
function overlaps(body: Element): string[] {
  const boxes = [...body.querySelectorAll('button')].map((each) => ({
    name: each.ariaLabel ?? each.textContent,
    box: each.getBoundingClientRect(),
  }));
  return boxes.flatMap((a, i) =>
    boxes.slice(i + 1).flatMap((b) => {
      const apart =
        a.box.right <= b.box.left + 1 ||
        b.box.right <= a.box.left + 1 ||
        a.box.bottom <= b.box.top + 1 ||
        b.box.bottom <= a.box.top + 1;
      return apart ? [] : [`${a.name} over ${b.name}`];
    }),
  );
}

import { afterEach, describe, expect, it, vi } from 'vitest';
import { watchGpu } from './gpu.ts';

/** A device that can be lost and report errors. */
class Device extends EventTarget {
  lose: (info: { reason: string; message: string }) => void = () => undefined;
  readonly lost = new Promise((resolve) => (this.lose = resolve));

  report(error: Error): void {
    this.dispatchEvent(Object.assign(new Event('uncapturederror'), { error }));
  }
}

class GPUOutOfMemoryError extends Error {}

function watched() {
  const device = new Device();
  return { device, ...watchGpu(device as unknown as GPUDevice, 'tiny') };
}

describe('watchGpu', () => {
  afterEach(() => vi.unstubAllGlobals());

  it('finds nothing wrong with a device that works', () => expect(watched().health()).toBeUndefined());

  it.each([
    ['with the reason of the browser', { reason: 'unknown', message: ' GPU hung \n' }, 'lost (GPU hung).'],
    ['because it was closed', { reason: 'destroyed', message: '' }, 'lost (it was closed).'],
    ['without a reason', { reason: 'unknown', message: '' }, 'lost.'],
  ])('says that the device was lost, %s', async (_, info, end) => {
    const { device, health } = watched();
    device.lose(info);
    await device.lost;
    expect(health()).toMatchObject({ code: 'device-lost', detail: { where: 'tiny' } });
    expect(health()?.detail.what).toBe(`The graphics device was ${end}`);
  });

  it('distinguishes a lack of memory from other errors', () => {
    vi.stubGlobal('GPUOutOfMemoryError', GPUOutOfMemoryError);
    const [full, wrong] = [watched(), watched()];
    full.device.report(new GPUOutOfMemoryError('no'));
    wrong.device.report(new Error('A binding is too large. '));
    expect(full.health()).toMatchObject({ code: 'out-of-memory' });
    expect(wrong.health()).toMatchObject({ code: 'device-lost' });
    expect(wrong.health()?.detail.what).toContain('(A binding is too large.)');
  });

  it('also works in browsers that do not name the lack of memory', () => {
    const { device, health } = watched();
    device.report(new Error('no'));
    expect(health()).toMatchObject({ code: 'device-lost' });
  });

  it('keeps the first fault, which caused those after it', async () => {
    const { device, health } = watched();
    device.report(new Error('first'));
    device.report(new Error('second'));
    device.lose({ reason: 'unknown', message: 'third' });
    await device.lost;
    expect(health()?.detail.what).toContain('first');
  });
});

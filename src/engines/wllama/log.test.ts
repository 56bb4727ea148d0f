import { describe, expect, it } from 'vitest';
import { LlamaLog } from './log.ts';

const read = (...lines: string[]): LlamaLog => {
  const log = new LlamaLog();
  for (const line of lines) log.logger.debug(line);
  return log;
};

describe('LlamaLog', () => {
  it('recognises weights in main memory, whatever was requested', () => {
    const log = read(
      'load_tensors: loading model tensors, this can take a while... (load_mode = none)',
      'load_tensors:          CPU model buffer size =     0.22 MiB',
    );
    expect(log.placement()).toEqual({ device: 'wasm' });
    expect(read().placement()).toEqual({ device: 'wasm' });
  });

  it('recognises weights on the graphics device, and counts layers', () => {
    const lines = [
      'load_tensors:   CPU_Mapped model buffer size =    28.69 MiB',
      'load_tensors:     WebGPU0 model buffer size =   108.10 MiB',
    ];
    expect(read(...lines).placement()).toEqual({ device: 'webgpu' });
    expect(read('load_tensors: offloaded 12/31 layers to GPU', ...lines).placement()).toEqual({
      device: 'webgpu',
      layers: { there: 12, all: 31 },
    });
  });

  it('does not mistake compute buffers, or layers without weights, for the model', () => {
    const log = read(
      'load_tensors: offloaded 0/31 layers to GPU',
      'load_tensors:          CPU model buffer size =   136.00 MiB',
      'sched_reserve:     WebGPU0 compute buffer size =     1.95 MiB',
    );
    expect(log.placement()).toEqual({ device: 'wasm' });
  });

  it('quotes llama.cpp about a broken device, and keeps its errors', () => {
    const log = new LlamaLog();
    expect(log.gpuError()).toBeUndefined();
    log.logger.log(
      'ggml_webgpu: Failed to get an adapter: WebGPU not available on this browser (requestAdapter returned null)\n',
    );
    expect(log.gpuError()).toBe(
      'Failed to get an adapter: WebGPU not available on this browser (requestAdapter returned null)',
    );
    log.logger.error('ggml_webgpu: Device lost! Reason: 2, Message: gone.');
    expect(log.gpuError()).toBe('Device lost! Reason: 2, Message: gone');
    expect(log.errors).toEqual(['ggml_webgpu: Device lost! Reason: 2, Message: gone.']);
    log.logger.debug({ loadedCtxInfo: {} });
    for (let i = 0; i < 1000; i++) log.logger.error('again', i);
    expect(log.errors).toHaveLength(200);
  });
});

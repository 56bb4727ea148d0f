import { describe, expect, it } from 'vitest';
import { fileAddress, folderAddresses, folderName } from './folder-address.ts';

const of = (address: string) => folderAddresses(new URL(address)).map(({ href }) => href);

describe('folderAddresses', () => {
  it.each([
    [
      'https://host.example/models/tiny/',
      ['https://host.example/models/tiny/', 'https://host.example/models/tiny/resolve/main/'],
    ],
    ['https://host.example/a/b/c/tiny?x=1#top', ['https://host.example/a/b/c/tiny/']],
    ['https://host.example/', ['https://host.example/']],
    ['https://hub.example/org/tiny/tree/main', ['https://hub.example/org/tiny/resolve/main/']],
    ['https://hub.example/org/tiny/tree/refs%2Fpr%2F3', ['https://hub.example/org/tiny/resolve/refs%2Fpr%2F3/']],
    ['https://hub.example/org/tiny/resolve/main', ['https://hub.example/org/tiny/resolve/main/']],
    ['https://hub.example/org/tiny/blob/main/onnx/model_q4.onnx', ['https://hub.example/org/tiny/resolve/main/']],
    ['https://hub.example/org/tiny/blob/main/config.json', ['https://hub.example/org/tiny/resolve/main/']],
    ['https://hub.example/org/tiny/raw/v2/tokenizer.json', ['https://hub.example/org/tiny/resolve/v2/']],
    [
      'https://host.example/models/tiny/onnx/model.onnx_data_1',
      ['https://host.example/models/tiny/', 'https://host.example/models/tiny/resolve/main/'],
    ],
  ])('%s', (given, expected) => expect(of(given)).toEqual(expected));

  it('leads to a file if a page about it was given', () => {
    expect(fileAddress(new URL('https://hub.example/org/tiny/blob/main/a.gguf?download=true')).href).toBe(
      'https://hub.example/org/tiny/resolve/main/a.gguf?download=true',
    );
    expect(fileAddress(new URL('https://host.example/a/b.gguf')).href).toBe('https://host.example/a/b.gguf');
  });

  it('names a folder', () => {
    expect(folderName(new URL('https://hub.example/org/My%20Model/resolve/main/'))).toBe('My Model');
    expect(folderName(new URL('https://hub.example/%E0%A4%A/'))).toBe('%E0%A4%A');
    expect(folderName(new URL('https://hub.example/'))).toBe('hub.example');
  });
});

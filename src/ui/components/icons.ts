/** Line drawings on a 20 by 20 grid, stroke 1.5: one path per icon. */
export const ICONS = {
  menu: 'M3.5 5.5h13M3.5 10h13M3.5 14.5h8',
  close: 'M5 5l10 10M15 5L5 15',
  plus: 'M10 4v12M4 10h12',
  search: 'M9 14.5a5.5 5.5 0 1 0 0-11 5.5 5.5 0 0 0 0 11zM13 13l4 4',
  trash: 'M4 6h12M8 6V3.8h4V6M5.5 6l.8 10.5h7.4L14.5 6M8.5 9v4.5M11.5 9v4.5',
  pencil: 'M4 16l.8-3.4L13.4 4a1.6 1.6 0 0 1 2.3 0l.3.3a1.6 1.6 0 0 1 0 2.3L7.4 15.2 4 16zM12 5.5L14.5 8',
  copy: 'M7.5 7.5h9v9h-9zM12.5 7.5v-4h-9v9h4',
  again: 'M16 10a6 6 0 1 1-1.9-4.4M16.2 3v3.4h-3.4',
  send: 'M10 16V4.5M5 9.5l5-5 5 5',
  stop: 'M6 6h8v8H6z',
  down: 'M10 4v11.5M5 10.5l5 5 5-5',
  dice: 'M4 4h12v12H4zM7.3 7.3h.01M12.7 7.3h.01M10 10h.01M7.3 12.7h.01M12.7 12.7h.01',
  lock: 'M5 9.5h10v7H5zM7 9.5V7a3 3 0 0 1 6 0v2.5',
  unlock: 'M5 9.5h10v7H5zM7 9.5V6.5a3 3 0 0 1 5.8-1',
  left: 'M12 5l-5 5 5 5',
  right: 'M8 5l5 5-5 5',
  chevron: 'M5 7.5l5 5 5-5',
  download: 'M10 3.5v9M6 9l4 4 4-4M4 16.5h12',
  upload: 'M10 13V3.8M6 7.5l4-4 4 4M4 16.5h12',
  sun:
    'M10 13.5a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7zM10 2v1.5M10 16.5V18M2 10h1.5M16.5 10H18M4.3 4.3l1.1 1.1M14.6 ' +
    '14.6l1.1 1.1M4.3 15.7l1.1-1.1M14.6 5.4l1.1-1.1',
  moon: 'M16.5 11.8A7 7 0 0 1 8.2 3.5a7 7 0 1 0 8.3 8.3z',
  system: 'M10 17a7 7 0 1 0 0-14 7 7 0 0 0 0 14zM10 3v14',
  eye: 'M2.5 10S5 5 10 5s7.5 5 7.5 5-2.5 5-7.5 5S2.5 10 2.5 10zM10 12.2a2.2 2.2 0 1 0 0-4.4 2.2 2.2 0 0 0 0 4.4z',
  check: 'M4.5 10.5l3.8 3.8L15.5 6',
  warning: 'M10 3.5L17.5 16.5h-15zM10 8.5v3.5M10 14.3h.01',
  care: 'M10 16.5S3.5 12.8 3.5 8.2A3.5 3.5 0 0 1 10 6.3a3.5 3.5 0 0 1 6.5 1.9c0 4.6-6.5 8.3-6.5 8.3z',
  sliders: 'M3.5 6h6M13.5 6h3M3.5 14h3M10.5 14h6M11.5 4v4M8.5 12v4',
} as const;

export type IconName = keyof typeof ICONS;

/** Our own icons, drawn on one grid of 24. They say nothing to a screen reader: what holds them has a name. */

const PATHS = {
  send: "M5 12h13M12.5 5.8 18.7 12l-6.2 6.2",
  close: "M6 6l12 12M18 6 6 18",
  more: "M5.5 12h1M11.5 12h1M17.5 12h1",
  clip: "m20 11-8.5 8.3a5 5 0 0 1-7-7.1l8.6-8.4a3.3 3.3 0 0 1 4.7 4.7l-8.5 8.3a1.7 1.7 0 0 1-2.3-2.4l7.8-7.6",
  down: "M12 5v13M6 12.5l6 6 6-6",
  check: "m5 12.5 4.5 4.5L19 7.5",
  clock: "M12 7.5V12l3 2M20.5 12a8.5 8.5 0 1 1-17 0 8.5 8.5 0 0 1 17 0Z",
  alert: "M12 8v4.5M12 16h.01M20.5 12a8.5 8.5 0 1 1-17 0 8.5 8.5 0 0 1 17 0Z",
  file: "M13.5 3.5H7.8A1.8 1.8 0 0 0 6 5.3v13.4a1.8 1.8 0 0 0 1.8 1.8h8.4a1.8 1.8 0 0 0 1.8-1.8V8l-4.5-4.5ZM13.5 3.5V8H18",
  person: "M12 12a3.8 3.8 0 1 0 0-7.6 3.8 3.8 0 0 0 0 7.6ZM4.8 20c.7-3.3 3.6-5.4 7.2-5.4s6.5 2.1 7.2 5.4",
  spark: "M12 4.5 13.7 10 19.5 12l-5.8 2L12 19.5 10.3 14 4.5 12l5.8-2L12 4.5Z",
  star: "m12 4 2.5 5.1 5.6.8-4 4 .9 5.6-5-2.7-5 2.7.9-5.6-4-4 5.6-.8L12 4Z",
  pin: "M12 13a2.6 2.6 0 1 0 0-5.2 2.6 2.6 0 0 0 0 5.2ZM18.5 10.4c0 4.5-6.5 10-6.5 10s-6.5-5.5-6.5-10a6.5 6.5 0 0 1 13 0Z",
  day: "M5 8.8h14M8.5 4v3M15.5 4v3M6.5 5.5h11A1.5 1.5 0 0 1 19 7v11a1.5 1.5 0 0 1-1.5 1.5h-11A1.5 1.5 0 0 1 5 18V7a1.5 1.5 0 0 1 1.5-1.5Z",
} as const;

export type IconName = keyof typeof PATHS;

export function Icon({ name, size = 20 }: { name: IconName; size?: number }) {
  return (
    <svg class="icon" width={size} height={size} viewBox="0 0 24 24" aria-hidden="true">
      <path d={PATHS[name]} />
    </svg>
  );
}

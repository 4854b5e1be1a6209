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
  person: "M12 12a3.8 3.8 0 1 0 0-7.6 3.8 3.8 0 0 0 0 7.6ZM4.8 20c.7-3.3 3.6-5.4 7.2-5.4s6.5 2.1 7.2 5.4",
} as const;

export type IconName = keyof typeof PATHS;

export function Shape({ d, size = 20 }: { d: string; size?: number | undefined }) {
  return (
    <svg class="icon" width={size} height={size} viewBox="0 0 24 24" aria-hidden="true">
      <path d={d} />
    </svg>
  );
}

export const Icon = ({ name, size }: { name: IconName; size?: number }) => <Shape d={PATHS[name]} size={size} />;

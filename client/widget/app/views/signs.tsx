/** The icons of what is fetched when it is needed: they come along with it. */

import { Shape } from "./icons";

const PATHS = {
  file: "M13.5 3.5H7.8A1.8 1.8 0 0 0 6 5.3v13.4a1.8 1.8 0 0 0 1.8 1.8h8.4a1.8 1.8 0 0 0 1.8-1.8V8l-4.5-4.5ZM13.5 3.5V8H18",
  star: "m12 4 2.5 5.1 5.6.8-4 4 .9 5.6-5-2.7-5 2.7.9-5.6-4-4 5.6-.8L12 4Z",
  pin: "M12 13a2.6 2.6 0 1 0 0-5.2 2.6 2.6 0 0 0 0 5.2ZM18.5 10.4c0 4.5-6.5 10-6.5 10s-6.5-5.5-6.5-10a6.5 6.5 0 0 1 13 0Z",
  day: "M5 8.8h14M8.5 4v3M15.5 4v3M6.5 5.5h11A1.5 1.5 0 0 1 19 7v11a1.5 1.5 0 0 1-1.5 1.5h-11A1.5 1.5 0 0 1 5 18V7a1.5 1.5 0 0 1 1.5-1.5Z",
} as const;

export const Sign = ({ name, size = 20 }: { name: keyof typeof PATHS; size?: number }) => <Shape d={PATHS[name]} size={size} />;

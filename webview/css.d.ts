/** Style sheets are bundled into timeline.css beside the script. */
declare module '*.css';

"""Icons of the navigation: paths on a field of 16 × 16."""

from __future__ import annotations

ICONS = {
    "home": '<path d="M2 8l6-5 6 5M4 7v6h8V7"/>',
    "todo": '<path d="M3 4.5h10M3 8h10M3 11.5h6"/>',
    "chart": '<path d="M2 13h12M3 10l3-3 3 2 4-5"/>',
    "clock": '<circle cx="8" cy="8" r="5.5"/><path d="M8 5v3l2 1.5"/>',
    "people": '<circle cx="6" cy="6" r="2.2"/><path d="M2 13c0-2.2 1.8-3.6 4-3.6s4 1.4 4 3.6M10.5 4.2a2 2 0 010 3.8M12 9.8c1.3.5 2 1.7 2 3.2"/>',
    "log": '<path d="M4 2.5h8v11H4zM6 5.5h4M6 8h4M6 10.5h2.5"/>',
    "search": '<circle cx="7" cy="7" r="4"/><path d="M10 10l3.5 3.5"/>',
    "firm": '<path d="M3 13.5V6h5v7.5M8 13.5V2.5h5v11M1.5 13.5h13M5 8.5v0M5 11v0M10.5 5v0M10.5 8v0"/>',
    "ladder": '<path d="M2 13h3v-3h3V7h3V4h3"/>',
    "map": '<path d="M2 4l4-1.5 4 1.5 4-1.5v10L10 14l-4-1.5L2 14zM6 2.5v10M10 4v10"/>',
    "table": '<path d="M2.5 3.5h11v9h-11zM2.5 6.5h11M6.5 6.5v6"/>',
    "rule": '<path d="M3.5 2.5h7l2 2v9h-9zM5.5 7h5M5.5 9.5h5"/>',
    "report": '<path d="M3 13V8M8 13V3M13 13V6"/>',
    "leaf": '<path d="M3 13c0-6 4-9 10-10 0 7-3 10-8 9M5 11c1.5-2.5 3-4 5-5"/>',
}

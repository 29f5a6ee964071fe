import type { Component } from 'svelte';
import type { LucideProps } from '@lucide/svelte';

/** A line of a menu: somewhere to go, or something to do. */
export type MenuEntry = {
  readonly label: string;
  readonly icon: Component<LucideProps>;
} & ({ readonly href: string } | { readonly onselect: () => void });

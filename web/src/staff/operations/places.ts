import type { DeskPlace } from '@/staff/places'

export const operationsPlaces: readonly DeskPlace[] = []

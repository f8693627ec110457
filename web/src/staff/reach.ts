import { useRouter } from 'vue-router'

/** Whether the desk has a page at an address. */
export function useReach(): (path: string) => boolean {
  const router = useRouter()
  return (path) => router.resolve(path).matched.some((each) => each.path.startsWith('/staff/'))
}

using System.Reflection;

namespace ModelBuild.OnnxRuntime;

/// <summary>What two models must have in common to share a session.</summary>
internal readonly record struct SessionKey(string Weights, Assembly? Assembly, int Threads, bool FastOpen, string ExecutionProviders);

/// <summary>The sessions that are open in this process. A session is loaded once, however many threads ask for it at the same time.</summary>
internal static class SessionCache
{
    private static readonly Dictionary<SessionKey, Entry> s_entries = [];

    /// <summary>Gives the session of a key with one reference more; loads it when there is none.</summary>
    /// <param name="key">What it is shared by.</param>
    /// <param name="load">Loads it; when it fails, the next one who asks tries again.</param>
    public static SharedSession Open(SessionKey key, Func<SharedSession> load)
    {
        Entry? entry;
        lock (s_entries)
        {
            if (!s_entries.TryGetValue(key, out entry))
            {
                s_entries.Add(key, entry = new Entry());
            }

            entry.Waiting++;
        }

        try
        {
            lock (entry)
            {
                if (entry.Session is not { } session || !session.TryAddReference())
                {
                    session = load();
                    session.Released = () => Forget(key, entry, session);
                    entry.Session = session;
                }

                return session;
            }
        }
        finally
        {
            lock (s_entries)
            {
                entry.Waiting--;
                RemoveUnused(key, entry);
            }
        }
    }

    /// <summary>How many sessions are open.</summary>
    internal static int Count
    {
        get
        {
            lock (s_entries)
            {
                return s_entries.Count;
            }
        }
    }

    private static void Forget(SessionKey key, Entry entry, SharedSession session)
    {
        lock (s_entries)
        {
            if (entry.Session == session)
            {
                entry.Session = null;
            }

            RemoveUnused(key, entry);
        }
    }

    private static void RemoveUnused(SessionKey key, Entry entry)
    {
        if (entry is { Waiting: 0, Session: null })
        {
            s_entries.Remove(key);
        }
    }

    private sealed class Entry
    {
        // Threads between taking the entry and having its session.
        public int Waiting;

        public volatile SharedSession? Session;
    }
}

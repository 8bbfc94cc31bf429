namespace ModelBuild.Tool.Output;

/// <summary>Shows at a terminal that work goes on, once it has taken a second. Redirected output stays clean.</summary>
internal static class Waiting
{
    private const int QuietMilliseconds = 1000;

    /// <summary>Does the work.</summary>
    /// <param name="what">What is being done, such as <c>Measuring</c>.</param>
    /// <param name="quiet">Whether to show nothing.</param>
    /// <param name="work">The work.</param>
    public static T While<T>(string what, bool quiet, Func<T> work)
    {
        if (quiet || Console.IsErrorRedirected)
        {
            return work();
        }

        int seconds = 0;
        var busy = new Lock();
        var timer = new Timer(
            _ =>
            {
                lock (busy)
                {
                    // A tick may still be on its way when the work is over.
                    if (seconds >= 0)
                    {
                        Console.Error.Write($"\r{what}, {++seconds} s");
                    }
                }
            },
            null,
            QuietMilliseconds,
            QuietMilliseconds);
        try
        {
            return work();
        }
        finally
        {
            timer.Dispose();
            lock (busy)
            {
                if (seconds > 0)
                {
                    Console.Error.Write("\r" + new string(' ', what.Length + 12) + "\r");
                }

                seconds = -1;
            }
        }
    }
}

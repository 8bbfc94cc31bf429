using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using ModelBuild.Tool.Output;

namespace ModelBuild.Tool;

/// <summary>Entry point.</summary>
internal static class Program
{
    /// <summary>Runs one verb.</summary>
    [SuppressMessage("Design", "CA1031:Do not catch general exception types", Justification = "Every failure becomes one coded line.")]
    public static int Main(string[] args)
    {
        using var cancellation = new CancellationTokenSource();
        using PosixSignalRegistration interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Cancel);
        using PosixSignalRegistration terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Cancel);
        try
        {
            return args switch
            {
                // What MSBuild calls, in every design-time build too: nothing of the command line's libraries is loaded.
                ["describe", ['@', .. var file]] => Describe(file, cancellation.Token),
                ["build", ['@', .. var file]] => Build(file, cancellation.Token),
                _ => Interactive(args, cancellation.Token),
            };
        }
        catch (UsageException e)
        {
            Console.Error.WriteLine(e.Message);
            return ExitCode.Usage;
        }
        catch (Exception e)
        {
            return ErrorText.Report(e, "modelbuild");
        }

        void Cancel(PosixSignalContext context)
        {
            context.Cancel = true;
            cancellation.Cancel();
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static int Describe(string file, CancellationToken cancellationToken) => Assets.DescribeCommand.Run(file, cancellationToken);

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static int Build(string file, CancellationToken cancellationToken) => Building.BuildCommand.Run(file, cancellationToken);

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static int Interactive(string[] args, CancellationToken cancellationToken) => Verbs.CommandLine.Run(args, cancellationToken);
}

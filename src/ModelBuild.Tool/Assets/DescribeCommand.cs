using System.Diagnostics.CodeAnalysis;
using ModelBuild.Tool.Output;

namespace ModelBuild.Tool.Assets;

/// <summary><c>modelbuild describe @file</c>: writes signatures from headers. Runs in every design-time build, so it loads as little as it can.</summary>
internal static class DescribeCommand
{
    /// <summary>Describes every asset; goes on after an error, so that one run shows them all.</summary>
    [SuppressMessage("Design", "CA1031:Do not catch general exception types", Justification = "Every failure becomes one coded line.")]
    public static int Run(string argumentsPath, CancellationToken cancellationToken)
    {
        int result = ExitCode.Done;
        foreach (AssetArguments asset in ArgumentsFile.Read(argumentsPath).Assets)
        {
            try
            {
                cancellationToken.ThrowIfCancellationRequested();
                using DescribedAsset described = DescribedAsset.Open(asset, cancellationToken);
                described.WriteManifests();
            }
            catch (Exception e) when (e is not UsageException)
            {
                result = Math.Max(result, ErrorText.Report(e, asset.Source));
            }
        }

        return result;
    }
}

using ModelBuild.Compression.Data;
using ModelBuild.Graphs;

namespace ModelBuild.Tool.Building;

/// <summary>Opens calibration data.</summary>
internal static class CalibrationData
{
    /// <summary>Opens files; null when there are none.</summary>
    public static IDataSet? Open(Model model, IReadOnlyList<string> paths) => paths.Count == 0 || model.Graph.Inputs.Count < 0 ? null : throw new NotSupportedException();
}

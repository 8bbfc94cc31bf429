namespace ModelBuild.Runtime.Tests.Compiled;

/// <summary>Weights belong to one plan, and are aligned wherever they come from.</summary>
[TestClass]
public sealed unsafe class WeightsFileTests
{
    private readonly string _path = Path.GetTempFileName();

    [TestCleanup]
    public void DeleteFile() => File.Delete(_path);

    [TestMethod]
    [DataRow(0), DataRow(1), DataRow(16), DataRow(PlanWeights.MaxReadBytes / 4), DataRow((PlanWeights.MaxReadBytes / 4) + 1)]
    public void A_file_is_read_or_mapped(int count)
    {
        var plan = new TestPlan(count);
        File.WriteAllBytes(_path, plan.ToFile());
        PlanWeights weights = PlanWeights.Open(plan, WeightsSource.Find(plan.Define(), _path), "Tested");
        Assert.AreEqual(0u, (nuint)weights.Data % 64);
        Assert.AreEqual(plan.WeightsBytes <= PlanWeights.MaxReadBytes, weights.IsMemory);
        Assert.IsTrue(new ReadOnlySpan<float>(weights.Data, count).SequenceEqual(plan.Weights));
        weights.Unmap();
        File.Delete(_path);
    }

    [TestMethod]
    public void Small_weights_outlive_the_session_while_they_are_held()
    {
        var plan = new TestPlan();
        File.WriteAllBytes(_path, plan.ToFile());
        var model = new ModelHandle(plan.Define(), CompiledBackend.Open, new ModelOptions { Path = _path });
        PlanWeights weights = model.Weights!;
        model.Dispose();
        GC.Collect();
        GC.WaitForPendingFinalizers();
        Assert.IsTrue(new ReadOnlySpan<float>(weights.Data, 16).SequenceEqual(plan.Weights));
        Assert.ThrowsExactly<ObjectDisposedException>(() => model.Weights);
    }

    [TestMethod]
    public void Weights_of_another_version_are_refused()
    {
        var plan = new TestPlan();
        var other = new TestPlan();
        other.Weights[3] = 0;
        byte[] file = plan.ToFile();
        Refused(plan, other.ToFile(), "another version of the model");
        Refused(plan, new TestPlan(17).ToFile(), "another version of the model");
        Refused(plan, [], "no weights file");
        Refused(plan, file[..63], "no weights file");
        Refused(plan, [.. "PK"u8, .. file[2..]], "no weights file");
        Refused(plan, file[..^1], "cut off");
        Refused(plan, [.. file, 0], "cut off");
        file[8]++;
        Refused(plan, file, "version 2");
    }

    private void Refused(TestPlan plan, byte[] file, string reason)
    {
        File.WriteAllBytes(_path, file);
        ModelRuntimeException e = Assert.ThrowsExactly<ModelRuntimeException>(() => CompiledBackend.Open(plan.Define(), new ModelOptions { Path = _path }));
        Assert.AreEqual("MB5009", e.Code);
        Assert.Contains(reason, e.Message);
        Assert.Contains(_path, e.Message);
    }
}

using System.Globalization;
using ModelBuild.Kernels.Assembler.Detection;
using ModelBuild.Kernels.Assembler.Emission;
using ModelBuild.Kernels.Assembler.Encoding;
using ModelBuild.Kernels.Assembler.Memory;

namespace ModelBuild.Kernels.Assembler.Tests;

[TestClass]
public sealed unsafe class ExecutableMemoryTests
{
    [TestMethod]
    [DataRow(1)]
    [DataRow(4096)]
    [DataRow(4097)]
    [DataRow(100_000)]
    public void Code_is_executable_and_never_writable(int bytes)
    {
        using ExecutableMemory? memory = ExecutableMemory.TryCreate(Code(bytes));
        if (memory is null)
        {
            Assert.Inconclusive("No executable memory here.");
            return;
        }

        Assert.IsTrue(new ReadOnlySpan<byte>(memory.Address, bytes).SequenceEqual(Code(bytes)));
        if (OperatingSystem.IsLinux())
        {
            AssertMapping(memory, bytes);
        }
    }

    [TestMethod]
    public void A_file_without_a_name_does_it_where_written_memory_may_not_be_executed()
    {
        if (!OperatingSystem.IsLinux())
        {
            Assert.Inconclusive("Linux only.");
            return;
        }

        using ExecutableMemory? memory = ExecutableMemory.TryFile(Code(5000), 8192);
        Assert.IsNotNull(memory);
        Assert.AreEqual(MappingKind.File, memory.Kind);
        Assert.IsTrue(new ReadOnlySpan<byte>(memory.Address, 5000).SequenceEqual(Code(5000)));
        AssertMapping(memory, 5000);
    }

    [TestMethod]
    public void Memory_is_given_back()
    {
        if (!OperatingSystem.IsLinux())
        {
            Assert.Inconclusive("Linux only.");
            return;
        }

        ulong address;
        using (ExecutableMemory memory = ExecutableMemory.TryCreate(Code(100))!)
        {
            address = (ulong)memory.Address;
            memory.Dispose();
            Assert.IsTrue(memory.Address == null);
        }

        Assert.IsFalse(Mappings(address).Any(line => line.Contains("r-xp", StringComparison.Ordinal)));
    }

    [TestMethod]
    public void The_processor_says_what_it_has()
    {
        InstructionSet found = Processor.Find(out bool isRefused);
        Assert.IsFalse(isRefused);
        if (System.Runtime.Intrinsics.X86.Avx2.IsSupported && System.Runtime.Intrinsics.X86.Fma.IsSupported)
        {
            Assert.IsTrue(found >= InstructionSet.Avx2);
        }

        if (System.Runtime.Intrinsics.X86.Avx512F.IsSupported)
        {
            Assert.AreEqual(InstructionSet.Avx512, found);
        }

        if (OperatingSystem.IsLinux() && File.ReadLines("/proc/cpuinfo").FirstOrDefault(l => l.StartsWith("flags", StringComparison.Ordinal))?.Split(' ') is { } flags)
        {
            InstructionSet expected = flags.Contains("avx512f") && flags.Contains("avx512dq") && flags.Contains("avx512vl") && flags.Contains("avx512bw") ? InstructionSet.Avx512
                : flags.Contains("avx2") && flags.Contains("fma") ? InstructionSet.Avx2 : InstructionSet.None;
            Assert.AreEqual(expected, found);
        }
    }

    [TestMethod]
    public void A_program_with_a_compiler_needs_nothing()
    {
        // The test host has a just-in-time compiler and no switch.
        if (Environment.GetEnvironmentVariable(EmittedKernels.VariableName) is not null)
        {
            Assert.Inconclusive("The environment decides.");
        }

        Assert.AreEqual(EmittedKernelsState.NotNeeded, EmittedKernels.Install());
        Assert.AreEqual(EmittedKernelsState.NotNeeded, EmittedKernels.State);
        Assert.AreEqual("", EmittedKernels.InstructionSet);
        Assert.IsFalse(GemmMicrokernels.Current.Name.StartsWith("emitted", StringComparison.Ordinal));
    }

    private static byte[] Code(int bytes)
    {
        var code = new Encoder();
        while (code.Length < bytes)
        {
            code.Return();
        }

        return code.Finish();
    }

    private static void AssertMapping(ExecutableMemory memory, int bytes)
    {
        foreach (ulong address in new[] { (ulong)memory.Address, (ulong)memory.Address + (ulong)bytes - 1 })
        {
            string line = Mappings(address).Single();
            Assert.AreEqual("r-xp", line.Split(' ')[1], line);
        }
    }

    private static string[] Mappings(ulong address) => File.ReadLines("/proc/self/maps").Where(line =>
    {
        string[] range = line.Split(' ')[0].Split('-');
        return address >= ulong.Parse(range[0], NumberStyles.HexNumber, CultureInfo.InvariantCulture) && address < ulong.Parse(range[1], NumberStyles.HexNumber, CultureInfo.InvariantCulture);
    }).ToArray();
}

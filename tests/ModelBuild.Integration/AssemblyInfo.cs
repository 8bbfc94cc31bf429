// Two at a time: a build uses several processes itself.
[assembly: Parallelize(Workers = 2, Scope = ExecutionScope.MethodLevel)]
